namespace SnapshotPortal.Engine.Pools;

/// <summary>What a disk has done since the pool was opened.</summary>
/// <param name="Reads">Reads.</param>
/// <param name="Writes">Writes.</param>
/// <param name="Zeroings">Requests that zeroed or trimmed a range; they move no bytes.</param>
/// <param name="Throttled">How long requests waited for the disk's limits, summed up.</param>
public readonly record struct DiskCounters(OperationCounter Reads, OperationCounter Writes, OperationCounter Zeroings, TimeSpan Throttled)
{
    /// <summary>The sum of both.</summary>
    public static DiskCounters operator +(DiskCounters a, DiskCounters b) =>
        new(a.Reads + b.Reads, a.Writes + b.Writes, a.Zeroings + b.Zeroings, a.Throttled + b.Throttled);
}

/// <summary>Requests of one kind.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bytes">The bytes that they moved.</param>
/// <param name="Time">How long they took, summed up, from the pool's queue to the end but without the wait for limits: estimated from every sixteenth.</param>
public readonly record struct OperationCounter(long Count, long Bytes, TimeSpan Time)
{
    /// <summary>The sum of both.</summary>
    public static OperationCounter operator +(OperationCounter a, OperationCounter b) => new(a.Count + b.Count, a.Bytes + b.Bytes, a.Time + b.Time);
}
