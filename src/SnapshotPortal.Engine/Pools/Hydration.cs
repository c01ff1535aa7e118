using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Engine.Pools;

/// <summary>How far a disk has got what its base holds.</summary>
/// <param name="DoneBytes">What a pass over the base has come by.</param>
/// <param name="TotalBytes">What the base holds; zeroes do not count.</param>
public readonly record struct HydrationProgress(long DoneBytes, long TotalBytes);

/// <summary>One pass over a base: afterwards nothing that it holds is absent in the map.</summary>
/// <remarks>
/// Pieces are fetched by several workers, since most of the time is waiting for a store. What is in the disk already, written
/// by its user or an earlier pass, is skipped without being read. What changes meanwhile is decided in the log: a piece only
/// counts where the map is still absent.
/// </remarks>
internal sealed class Hydration(PoolDisk disk, BlockMap map, IBlockDevice content, ColdReads asked, ByteRate? rate, IProgress<HydrationProgress>? progress, int workers)
{
    // One leaf of the map, and what a repository fetches at once.
    private const long PieceBytes = (long)MapPage.Entries * Limits.BlockBytes;

    private readonly Lock reporting = new();
    private long totalBytes;
    private long doneBytes;

    private readonly record struct Piece(long OffsetBytes, int LengthBytes, bool IsAsked);

    public async Task RunAsync(CancellationToken cancel)
    {
        totalBytes = Pieces(0, content.LengthBytes, isAsked: false).Sum(piece => (long)piece.LengthBytes);
        progress?.Report(new(0, totalBytes));
        if (workers == 1) await CopyAsync(cancel);
        else await Parallel.ForEachAsync(InOrder(), new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, CopyAsync);
    }

    /// <summary>On the caller's thread, so that a simulation does the same again.</summary>
    private async Task CopyAsync(CancellationToken cancel)
    {
        foreach (var piece in InOrder())
        {
            cancel.ThrowIfCancellationRequested();
            await CopyAsync(piece, cancel);
        }
    }

    /// <summary>All pieces, ascending, but first what was asked for.</summary>
    private IEnumerable<Piece> InOrder()
    {
        foreach (var next in Pieces(0, content.LengthBytes, isAsked: false))
        {
            while (asked.TryTake(out var offsetBytes))
            {
                var lengthBytes = Math.Min(Limits.ChunkBytes, content.LengthBytes - offsetBytes);
                if (lengthBytes <= 0) continue;
                foreach (var piece in Pieces(offsetBytes, lengthBytes, isAsked: true)) yield return piece;
            }
            yield return next;
        }
    }

    private IEnumerable<Piece> Pieces(long offsetBytes, long lengthBytes, bool isAsked)
    {
        foreach (var extent in content.Extents(offsetBytes, lengthBytes))
        {
            if (extent.Kind != ExtentKind.Data) continue;
            for (var at = extent.OffsetBytes; at < extent.EndBytes;)
            {
                var end = Math.Min(extent.EndBytes, (at / PieceBytes + 1) * PieceBytes);
                yield return new(at, (int)(end - at), isAsked);
                at = end;
            }
        }
    }

    private async ValueTask CopyAsync(Piece piece, CancellationToken cancel)
    {
        var (lba, blocks) = (piece.OffsetBytes / Limits.BlockBytes, piece.LengthBytes / Limits.BlockBytes);
        var absent = disk.AbsentBlocks(map, lba, blocks);
        if (absent > 0)
        {
            if (rate is not null) await rate.TakeAsync((long)absent * Limits.BlockBytes, cancel);
            disk.Fill(lba, blocks);
        }
        if (piece.IsAsked) return;
        lock (reporting) progress?.Report(new(doneBytes += piece.LengthBytes, totalBytes)); // Never backwards.
    }
}
