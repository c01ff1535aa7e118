namespace SnapshotPortal.Engine.Pools;

/// <summary>How a pool works; sizes that tests make small.</summary>
public sealed record PoolOptions
{
    /// <summary>The size of a segment file when a pool is made: a multiple of 4 KiB, from 256 KiB to 1 GiB. An existing pool keeps its own.</summary>
    public long SegmentBytes { get; init; } = 128L << 20;

    /// <summary>How many bytes of log an opening may have to replay. A checkpoint begins at half of it. Writers wait only at four times as much,
    /// which gathers where the device is slower than the file system takes writes.</summary>
    public long ReplayBytes { get; init; } = 256L << 20;

    /// <summary>How much memory the pages of all maps take together. Disks may be of any size: what does not fit is read again.</summary>
    public long MapMemoryBytes { get; init; } = 256L << 20;

    /// <summary>Draws a new pool's id; seeded in simulations.</summary>
    public Func<Guid> NewId { get; init; } = Guid.CreateVersion7;

    /// <summary>The clock of limits and measurements.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether checkpoints and the giving back of space run by themselves, on a thread of their own; simulations call
    /// <see cref="Pool.Checkpoint"/> and <see cref="Pool.Reclaim()"/> instead.</summary>
    public bool BackgroundCheckpoints { get; init; } = true;
}
