namespace SnapshotPortal.Engine.Repositories;

/// <summary>The content of a stored snapshot as a read-only device. Every chunk is checked against its SHA-256 as it is read.</summary>
/// <remarks>Reading needs the snapshot to stay: after its deletion and a sweep, reads fail with <see cref="EngineFault.Missing"/> or <see cref="EngineFault.Corrupt"/>.</remarks>
public sealed class StoredSnapshot : IBlockDevice
{
    private const int ChunksKept = 64;   // 4 MiB

    private readonly RecordReader reader;
    private readonly ManifestTree tree;
    private readonly SnapshotRoot root;
    private readonly RecentItems<ChunkId, byte[]> recent = new(ChunksKept);

    // Where the last read ended: one that begins there is taken for a part of a long one, and what follows it is fetched as well.
    private long lastEnd = -1;

    internal StoredSnapshot(RecordReader reader, ManifestTree tree, SnapshotRoot root) => (this.reader, this.tree, this.root) = (reader, tree, root);

    /// <summary>What the repository tells of the snapshot.</summary>
    public StoredSnapshotInfo Info => root.Info;

    /// <inheritdoc/>
    public long LengthBytes => root.Info.LengthBytes;

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination)
    {
        CheckRange(offsetBytes, destination.Length);
        var isSequential = Interlocked.Exchange(ref lastEnd, offsetBytes + destination.Length) == offsetBytes;
        // The device is synchronous by contract and the store may be a network: this thread waits.
        while (destination.Length > 0)
        {
            var first = offsetBytes / Limits.ChunkBytes;
            var end = Math.Min(ChangedChunks.CountOf(offsetBytes + destination.Length), first + RecordReader.RunChunks);
            var contents = ReadChunksAsync(first, end, isSequential ? Math.Min(first + RecordReader.RunChunks, ChangedChunks.CountOf(LengthBytes)) : end).GetAwaiter().GetResult();
            for (var chunk = first; chunk < end; chunk++)
            {
                var within = (int)(offsetBytes % Limits.ChunkBytes);
                var piece = destination[..Math.Min(destination.Length, Limits.ChunkBytes - within)];
                if (contents[chunk - first] is { } content) content.AsSpan(within, piece.Length).CopyTo(piece);
                else piece.Clear();
                offsetBytes += piece.Length;
                destination = destination[piece.Length..];
            }
        }
    }

    /// <summary>Always false: any chunk may have to be fetched.</summary>
    public bool TryRead(long offsetBytes, Span<byte> destination) => false;

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw Refused();

    /// <inheritdoc/>
    public void WriteZeroes(long offsetBytes, long lengthBytes) => throw Refused();

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => throw Refused();

    /// <inheritdoc/>
    public void Flush() { }

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        CheckRange(offsetBytes, lengthBytes);
        return Find(offsetBytes, offsetBytes + lengthBytes);
    }

    /// <summary>
    /// What differs from another snapshot of the repository, in whole chunks: <see cref="ExtentKind.Data"/> or
    /// <see cref="ExtentKind.Zero"/>, ascending. Costs what differs, not what is stored.
    /// </summary>
    public IEnumerable<Extent> ChangedSince(StoredSnapshot older)
    {
        ArgumentNullException.ThrowIfNull(older);
        Extent? open = null;
        foreach (var (chunk, id) in tree.ChangesAsync(older.root.TopPage, root.TopPage, ManifestPage.Levels - 1, 0, CancellationToken.None).ToBlockingEnumerable())
        {
            var next = new Extent(chunk * Limits.ChunkBytes, ChangedChunks.BytesOf(chunk, LengthBytes), id.IsNone ? ExtentKind.Zero : ExtentKind.Data);
            if (open is { } before && before.EndBytes == next.OffsetBytes && before.Kind == next.Kind) open = before with { LengthBytes = before.LengthBytes + next.LengthBytes };
            else
            {
                if (open is { } done) yield return done;
                open = next;
            }
        }
        if (open is { } last) yield return last;
    }

    private IEnumerable<Extent> Find(long offsetBytes, long endBytes)
    {
        var position = offsetBytes;      // all before it is returned, except the data from dataBegin on
        var dataBegin = offsetBytes;
        foreach (var (chunk, _) in tree.ChunksAsync(root.TopPage, offsetBytes / Limits.ChunkBytes, ChangedChunks.CountOf(endBytes), CancellationToken.None).ToBlockingEnumerable())
        {
            long begin = Math.Max(chunk * Limits.ChunkBytes, offsetBytes), end = Math.Min((chunk + 1) * Limits.ChunkBytes, endBytes);
            if (begin > position)
            {
                if (position > dataBegin) yield return new Extent(dataBegin, position - dataBegin, ExtentKind.Data);
                yield return new Extent(position, begin - position, ExtentKind.Hole);
                dataBegin = begin;
            }
            position = end;
        }
        if (position > dataBegin) yield return new Extent(dataBegin, position - dataBegin, ExtentKind.Data);
        if (endBytes > position) yield return new Extent(position, endBytes - position, ExtentKind.Hole);
    }

    /// <summary>The contents of some chunks, null for zeroes; those that are not at hand are fetched together, and with them those ahead.</summary>
    private async Task<byte[]?[]> ReadChunksAsync(long first, long end, long aheadEnd)
    {
        var contents = new byte[]?[aheadEnd - first];
        var wanted = new List<(long Chunk, ChunkId Id)>();
        await FindAsync(first, end);
        if (wanted.Count > 0 && aheadEnd > end) await FindAsync(end, aheadEnd);
        await reader.ReadAsync(wanted.ToArray(), (chunk, content) => contents[chunk - first] = content.ToArray(), damaged: null, CancellationToken.None);
        foreach (var (chunk, id) in wanted) recent.Add(id, contents[chunk - first]!);
        return contents;

        async Task FindAsync(long from, long to)
        {
            await foreach (var (chunk, id) in tree.ChunksAsync(root.TopPage, from, to, CancellationToken.None))
            {
                if (recent.TryGet(id, out var known)) contents[chunk - first] = known;
                else wanted.Add((chunk, id));
            }
        }
    }

    private EngineException Refused() => new(EngineFault.ReadOnly, $"The stored snapshot '{Info.SnapshotId}' takes no changes. Create a disk from it.");

    private void CheckRange(long offsetBytes, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, LengthBytes - lengthBytes);
    }
}
