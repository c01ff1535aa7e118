namespace SnapshotPortal.Engine.Pools;

/// <summary>How a pool works; sizes that tests make small.</summary>
public sealed record PoolOptions
{
    /// <summary>The size of a segment file when a pool is made: a multiple of 4 KiB, from 256 KiB to 1 GiB. An existing pool keeps its own.</summary>
    public long SegmentBytes { get; init; } = 128L << 20;

    /// <summary>How many bytes of log may lie behind the last checkpoint before the next one begins.</summary>
    public long ReplayBytes { get; init; } = 256L << 20;

    /// <summary>Draws a new pool's id; seeded in simulations.</summary>
    public Func<Guid> NewId { get; init; } = Guid.CreateVersion7;

    /// <summary>Whether checkpoints and the giving back of space run by themselves, on a thread of their own; simulations call
    /// <see cref="Pool.Checkpoint"/> and <see cref="Pool.Reclaim"/> instead.</summary>
    public bool BackgroundCheckpoints { get; init; } = true;
}
