using System.Runtime.CompilerServices;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Writes a stored snapshot to a device: pieces are fetched, checked and written by several workers, in any order.</summary>
internal sealed class SnapshotRestore(RecordReader reader, ManifestTree tree, SnapshotRoot root, IBlockDevice target, IReadOnlyList<ChunkRun> left, RepositoryOptions options, IProgress<RestoreProgress>? progress)
{
    private readonly Lock reporting = new();
    private long doneBytes;

    public async Task RunAsync(CancellationToken cancel)
    {
        progress?.Report(new RestoreProgress(0, root.Info.FullBytes));
        var perPiece = 2L * RecordReader.RunChunks * Limits.ChunkBytes;
        var pieces = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = (int)Math.Clamp(options.MemoryBytes / perPiece, 1, options.Workers * 2L) };
        await Parallel.ForEachAsync(PiecesAsync(cancel), pieces, WriteAsync);
        target.Flush();
    }

    private async IAsyncEnumerable<Piece> PiecesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // What is left out is not looked at, neither its chunks nor the pages that lie wholly in it.
        var next = 0L;
        foreach (var run in left.Append(new ChunkRun(ChangedChunks.CountOf(root.Info.LengthBytes), 0, IsZero: false)))
        {
            await foreach (var piece in PiecesAsync(next, run.First, cancel)) yield return piece;
            next = run.End;
        }
    }

    /// <summary>Up to <see cref="RecordReader.RunChunks"/> chunks, and the zeroes before, between and behind all pieces.</summary>
    private async IAsyncEnumerable<Piece> PiecesAsync(long next, long end, [EnumeratorCancellation] CancellationToken cancel)
    {
        var piece = new List<(long, ChunkId)>(RecordReader.RunChunks);
        await foreach (var (chunk, id) in tree.ChunksAsync(root.TopPage, next, end, cancel))
        {
            if (chunk > next) yield return new Piece([], new ChunkRun(next, chunk - next, IsZero: true));
            piece.Add((chunk, id));
            next = chunk + 1;
            if (piece.Count < RecordReader.RunChunks) continue;
            yield return new Piece([.. piece], default);
            piece.Clear();
        }
        if (piece.Count > 0) yield return new Piece([.. piece], default);
        if (end > next) yield return new Piece([], new ChunkRun(next, end - next, IsZero: true));
    }

    private async ValueTask WriteAsync(Piece piece, CancellationToken cancel)
    {
        if (piece.Zeroes.Count > 0) Clear(piece.Zeroes);
        await reader.ReadAsync(piece.Chunks, Write, damaged: null, cancel);
    }

    private void Write(long chunk, ReadOnlySpan<byte> content)
    {
        var length = ChangedChunks.BytesOf(chunk, root.Info.LengthBytes);
        target.Write(chunk * Limits.ChunkBytes, content[..length]);
        Report(length);
    }

    private void Clear(ChunkRun zeroes)
    {
        var offset = zeroes.First * Limits.ChunkBytes;
        var length = Math.Min(zeroes.End * Limits.ChunkBytes, root.Info.LengthBytes) - offset;
        foreach (var extent in target.Extents(offset, length))
        {
            if (extent.Kind == ExtentKind.Data) target.WriteZeroes(extent.OffsetBytes, extent.LengthBytes);
        }
    }

    private void Report(long bytes)
    {
        // Under a lock, so that reports never go backwards.
        lock (reporting) progress?.Report(new RestoreProgress(doneBytes += bytes, root.Info.FullBytes));
    }

    private readonly record struct Piece((long Chunk, ChunkId Id)[] Chunks, ChunkRun Zeroes);
}
