namespace SnapshotPortal.Engine.Pools;

/// <summary>What a scrub has found.</summary>
public sealed record ScrubReport
{
    /// <summary>The damage, by disk and snapshot and within them in ascending order, neighbouring ranges joined.</summary>
    public required IReadOnlyList<ScrubDamage> Damage { get; init; }

    /// <summary>How many bytes of content, map pages and headers of segments were read and compared: each once, however many share it.</summary>
    public required long CheckedBytes { get; init; }

    /// <summary>Space that was taken for used and is needed by nobody; it is given back now. Null where damaged maps do not tell.</summary>
    public required long? LeakedBytes { get; init; }

    /// <summary>Whether everything was checked that was stored when it began; otherwise it was cancelled.</summary>
    public required bool IsComplete { get; init; }
}

/// <summary>A range that cannot be read.</summary>
/// <param name="Part">Whose range it is.</param>
/// <param name="Name">The name of the disk, snapshot or segment.</param>
/// <param name="OffsetBytes">Where it begins.</param>
/// <param name="LengthBytes">How long it is. A damaged page of the map takes everything with it that it leads to.</param>
/// <param name="Place">Where the first of it lies in the pool's files.</param>
public sealed record ScrubDamage(DamagedPart Part, string Name, long OffsetBytes, long LengthBytes, string Place);

/// <summary>What a <see cref="ScrubDamage"/> is in.</summary>
public enum DamagedPart
{
    /// <summary>A disk.</summary>
    Disk,

    /// <summary>A local snapshot.</summary>
    Snapshot,

    /// <summary>A deleted local snapshot that disks or snapshots go on from. Nobody can read it.</summary>
    DeletedSnapshot,

    /// <summary>The header of a segment: what lies in the segment is not concerned.</summary>
    Segment,
}

/// <summary>How far a scrub is.</summary>
/// <param name="CheckedBytes">Read and compared so far.</param>
/// <param name="TotalBytes">What was stored when it began; 0 while that is not known.</param>
public readonly record struct ScrubProgress(long CheckedBytes, long TotalBytes);
