namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>
/// A pool as a stranger reads it who has nothing but docs/format.md and the files. It shares no code with the engine:
/// where the two disagree, the document or the engine is wrong.
/// </summary>
internal sealed class StoredPool
{
    private readonly StoredSegments segments;
    private readonly StoredTable table;

    /// <summary>Reads all of it and checks everything that the document says is checked.</summary>
    /// <param name="files">The files of the pool's directory by name. Nothing is written to them.</param>
    public StoredPool(IReadOnlyDictionary<string, byte[]> files)
    {
        (Superblock, var tableBytes) = StoredSuperblock.Newest(files);
        segments = new(files, Superblock.PoolId, Superblock.SegmentBytes);
        var maps = new StoredMaps(segments);
        table = new(tableBytes, Superblock, maps);
        Log = new(table, segments);
        Log.Run(Superblock);
        // A crash may take the header of a segment and leave what follows it, so only one that was durable is owed.
        foreach (var first in segments.Plain.Select(number => StoredBatch.Find(segments, new(number, 1))).OfType<StoredBatch>().Where(first => first.Sequence <= Superblock.DurableSequence)) segments.CheckHeader(first);
        if (Log.IsOfMapPagesOnly && files.TryGetValue($"liveness-{Superblock.Number:x16}", out var bytes))
        {
            Liveness = new(bytes, Superblock);
            Liveness.RequireEqual(table, maps.Pages);
        }
    }

    public StoredSuperblock Superblock { get; }

    public Replay Log { get; }

    /// <summary>What is in use, where a clean close left it.</summary>
    public StoredLiveness? Liveness { get; }

    public int DenseSegments => segments.DenseCount;

    /// <summary>What was found damaged in the log, now or before.</summary>
    public string? Damage => string.Join(' ', [.. new[] { table.Damage }.OfType<string>(), .. Log.Damage]) is { Length: > 0 } damage ? damage : null;

    public IEnumerable<StoredVersion> Disks => table.Disks.Values;

    public IEnumerable<StoredVersion> HiddenSnapshots => table.Snapshots.Values.Where(snapshot => snapshot.IsHidden);

    public IEnumerable<StoredVersion> Snapshots => table.Snapshots.Values.Where(snapshot => !snapshot.IsHidden);

    /// <summary>A block's plain content; null where it is damaged.</summary>
    /// <param name="version">A disk or snapshot of this pool.</param>
    /// <param name="lba">One of its blocks that hold data; all others read as zeroes.</param>
    /// <param name="keys">Keys of disks, among them the one that it needs.</param>
    public byte[]? Read(StoredVersion version, long lba, IEnumerable<byte[]> keys)
    {
        var block = version.Blocks[lba];
        if (!segments.IsGood(block.Place, block.Crc)) return null;
        var stored = segments.Find(block.Place)!.Value;
        if (version.Cipher == 0) return stored.ToArray();
        foreach (var key in keys)
        {
            using var xts = new Xts(key);
            if (xts.KeyCheck.SequenceEqual(version.KeyCheck)) return xts.Decrypt(lba, stored.Span);
        }

        throw new InvalidDataException($"None of the keys is that of {version.Name}.");
    }
}
