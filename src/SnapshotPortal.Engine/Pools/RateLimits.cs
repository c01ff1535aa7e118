namespace SnapshotPortal.Engine.Pools;

/// <summary>What a disk may do in a second, reads and writes together.</summary>
/// <param name="OperationsPerSecond">Requests; at least 1, or null for as many as it can. A request counts once, whatever its size.</param>
/// <param name="BytesPerSecond">Bytes read and written; at least 1, or null for as many as it can. Zeroing and trimming move none.</param>
public readonly record struct RateLimits(long? OperationsPerSecond, long? BytesPerSecond)
{
    /// <summary>No limits.</summary>
    public static RateLimits None => default;
}
