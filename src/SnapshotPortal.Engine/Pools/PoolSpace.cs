namespace SnapshotPortal.Engine.Pools;

/// <summary>What takes up the files of a pool at one moment, in bytes. The parts are disjoint; <see cref="TotalBytes"/> is their sum.</summary>
public sealed record PoolSpace
{
    /// <summary>Of each disk what only it has.</summary>
    public required IReadOnlyList<OwnSpace> Disks { get; init; }

    /// <summary>Of each local snapshot what only it holds: what deleting it alone gives back.</summary>
    public required IReadOnlyList<OwnSpace> Snapshots { get; init; }

    /// <summary>Content that several disks and snapshots have.</summary>
    public required long SharedBytes { get; init; }

    /// <summary>Content that only deleted snapshots hold: it goes with the last but one of the disks and snapshots that go on from them.</summary>
    public required long RetainedBytes { get; init; }

    /// <summary>Pages of the maps, those of the last checkpoint but one too.</summary>
    public required long MapBytes { get; init; }

    /// <summary>Headers of the log, and what is out of use and not given back yet.</summary>
    public required long LogBytes { get; init; }

    /// <summary>Free room in the segment that is being written, and the one allocated to come next.</summary>
    public required long RoomBytes { get; init; }

    /// <summary>What data never takes: kept so that a full pool can be emptied.</summary>
    public required long ReserveBytes { get; init; }

    /// <summary>Everything else beside the log: superblock, tables, liveness, lock.</summary>
    public required long TableBytes { get; init; }

    /// <summary>All content of disks and snapshots, counted once.</summary>
    public long ContentBytes => Disks.Sum(disk => disk.Bytes) + Snapshots.Sum(snapshot => snapshot.Bytes) + SharedBytes + RetainedBytes;

    /// <summary>What the pool's files occupy in their file system.</summary>
    public long TotalBytes => ContentBytes + MapBytes + LogBytes + RoomBytes + ReserveBytes + TableBytes;
}

/// <summary>What only one disk or snapshot has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its content that no other has.</param>
public readonly record struct OwnSpace(string Name, long Bytes);
