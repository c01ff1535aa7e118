using System.Buffers;
using System.Runtime.CompilerServices;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Writes a stored snapshot to a device: pieces are fetched, checked and written by several workers, in any order.</summary>
internal sealed class SnapshotRestore(PackStore packs, ManifestTree tree, SnapshotRoot root, RecordCoding coding, IBlockDevice target, RepositoryOptions options, IProgress<RestoreProgress>? progress)
{
    private const int PieceChunks = 16;

    private readonly Lock reporting = new();
    private long doneBytes;

    public async Task RunAsync(CancellationToken cancel)
    {
        progress?.Report(new RestoreProgress(0, root.Info.FullBytes));
        var perPiece = 2L * PieceChunks * Limits.ChunkBytes;
        var pieces = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = (int)Math.Clamp(options.MemoryBytes / perPiece, 1, options.Workers * 2L) };
        await Parallel.ForEachAsync(PiecesAsync(cancel), pieces, WriteAsync);
        target.Flush();
    }

    /// <summary>Up to <see cref="PieceChunks"/> chunks, and the zeroes before, between and behind all pieces.</summary>
    private async IAsyncEnumerable<Piece> PiecesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var count = ChangedChunks.CountOf(root.Info.LengthBytes);
        var next = 0L;
        var piece = new List<(long, ChunkId)>(PieceChunks);
        await foreach (var (chunk, id) in tree.ChunksAsync(root.TopPage, 0, count, cancel))
        {
            if (chunk > next) yield return new Piece([], new ChunkRun(next, chunk - next, IsZero: true));
            piece.Add((chunk, id));
            next = chunk + 1;
            if (piece.Count < PieceChunks) continue;
            yield return new Piece([.. piece], default);
            piece.Clear();
        }
        if (piece.Count > 0) yield return new Piece([.. piece], default);
        if (count > next) yield return new Piece([], new ChunkRun(next, count - next, IsZero: true));
    }

    private async ValueTask WriteAsync(Piece piece, CancellationToken cancel)
    {
        if (piece.Zeroes.Count > 0) Clear(piece.Zeroes);
        var locations = new PackLocation[piece.Chunks.Length];
        for (var i = 0; i < locations.Length; i++) locations[i] = await packs.LocateAsync(piece.Chunks[i].Id, cancel);
        for (int i = 0, end; i < locations.Length; i = end)
        {
            for (end = i + 1; end < locations.Length && Follows(locations[end - 1], locations[end]); end++) { }
            await WriteRunAsync(piece.Chunks.AsMemory(i, end - i), locations.AsMemory(i, end - i), cancel);
        }
    }

    // Chunks that were stored one after the other are fetched at once.
    private async Task WriteRunAsync(ReadOnlyMemory<(long Chunk, ChunkId Id)> chunks, ReadOnlyMemory<PackLocation> locations, CancellationToken cancel)
    {
        var stored = ArrayPool<byte>.Shared.Rent(PieceChunks * Pack.StoredLengthMax);
        var plain = ArrayPool<byte>.Shared.Rent(Limits.ChunkBytes);
        try
        {
            var first = locations.Span[0].Record;
            var last = locations.Span[^1].Record;
            await packs.Store.GetRangeAsync(locations.Span[0].Pack.ObjectName, first.OffsetBytes, stored.AsMemory(0, last.OffsetBytes + last.StoredLength - first.OffsetBytes), cancel);
            for (var i = 0; i < chunks.Length; i++)
            {
                var record = locations.Span[i].Record;
                PackStore.Decode(locations.Span[i], coding, stored.AsSpan(record.OffsetBytes - first.OffsetBytes, record.StoredLength), plain.AsSpan(0, Limits.ChunkBytes));
                var chunk = chunks.Span[i].Chunk;
                var length = ChangedChunks.BytesOf(chunk, root.Info.LengthBytes);
                target.Write(chunk * Limits.ChunkBytes, plain.AsSpan(0, length));
                Report(length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
            ArrayPool<byte>.Shared.Return(plain);
        }
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

    private static bool Follows(PackLocation before, PackLocation after) =>
        ReferenceEquals(before.Pack, after.Pack) && before.Record.OffsetBytes + before.Record.StoredLength == after.Record.OffsetBytes;

    private readonly record struct Piece((long Chunk, ChunkId Id)[] Chunks, ChunkRun Zeroes);
}
