namespace SnapshotPortal.Engine.Repositories;

/// <summary>The content of a stored snapshot as a read-only device. Every chunk is checked against its SHA-256 as it is read.</summary>
/// <remarks>Reading needs the snapshot to stay: after its deletion and a sweep, reads fail with <see cref="EngineFault.Missing"/> or <see cref="EngineFault.Corrupt"/>.</remarks>
public sealed class StoredSnapshot : IBlockDevice
{
    private const int ChunksKept = 64;   // 4 MiB

    private readonly PackStore packs;
    private readonly ManifestTree tree;
    private readonly SnapshotRoot root;
    private readonly RecordCoding coding;
    private readonly RecentItems<ChunkId, byte[]> recent = new(ChunksKept);

    internal StoredSnapshot(PackStore packs, ManifestTree tree, SnapshotRoot root, RecordCoding coding) => (this.packs, this.tree, this.root, this.coding) = (packs, tree, root, coding);

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
        while (destination.Length > 0)
        {
            var chunk = offsetBytes / Limits.ChunkBytes;
            var within = (int)(offsetBytes % Limits.ChunkBytes);
            var piece = destination[..Math.Min(destination.Length, Limits.ChunkBytes - within)];
            // The device is synchronous by contract and the store may be a network: this thread waits.
            if (ReadChunkAsync(chunk).GetAwaiter().GetResult() is { } content) content.AsSpan(within, piece.Length).CopyTo(piece);
            else piece.Clear();
            offsetBytes += piece.Length;
            destination = destination[piece.Length..];
        }
    }

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

    private async Task<byte[]?> ReadChunkAsync(long chunk)
    {
        var id = await tree.FindAsync(root.TopPage, chunk, CancellationToken.None);
        if (id.IsNone) return null;
        if (recent.TryGet(id, out var known)) return known;
        var content = new byte[Limits.ChunkBytes];
        await packs.ReadAsync(await packs.LocateAsync(id, CancellationToken.None), coding, content, CancellationToken.None);
        recent.Add(id, content);
        return content;
    }

    private EngineException Refused() => new(EngineFault.ReadOnly, $"The stored snapshot '{Info.SnapshotId}' takes no changes. Create a disk from it.");

    private void CheckRange(long offsetBytes, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, LengthBytes - lengthBytes);
    }
}
