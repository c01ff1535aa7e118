namespace SnapshotPortal.Engine.Pools;

internal enum DiskOperation
{
    Read,
    Write,
    Zero,
}

/// <summary>Counts and times a disk's requests. Thread-safe; allocates nothing.</summary>
internal sealed class DiskActivity(PoolMetrics metrics, Throttle throttle)
{
    // Reading the clock twice for every request would take some hundredths of a small read's time.
    private const int Sample = 16;

    /// <summary>What <see cref="Begin"/> returns for a request that is only counted.</summary>
    public const long Untimed = -1;


    private readonly Tallies reads = new(), writes = new(), zeroings = new();

    private sealed class Tallies
    {
        public readonly Tally Count = new(), Bytes = new(), Timed = new(), TimedTicks = new();

        public OperationCounter Sum
        {
            get
            {
                var (count, timed) = (Count.Total, Timed.Total);
                return new(count, Bytes.Total, timed == 0 ? TimeSpan.Zero : new((long)((double)TimedTicks.Total / timed * count)));
            }
        }
    }

    public DiskCounters Counters => new(reads.Sum, writes.Sum, zeroings.Sum, throttle.Waited);

    /// <summary>A request begins: what <see cref="End"/> must be told when it has succeeded.</summary>
    public long Begin(DiskOperation operation, long bytes)
    {
        var tallies = Of(operation);
        if (bytes > 0) tallies.Bytes.Add(bytes);
        return tallies.Count.Add(1) % Sample == 1 || metrics.TimesOperations ? metrics.Now : Untimed;
    }

    public void End(DiskOperation operation, long began)
    {
        if (began == Untimed) return;
        var elapsed = metrics.Since(began);
        var tallies = Of(operation);
        tallies.Timed.Add(1);
        tallies.TimedTicks.Add(elapsed.Ticks);
        metrics.Operation(operation, elapsed);
    }

    private Tallies Of(DiskOperation operation) => operation switch
    {
        DiskOperation.Read => reads,
        DiskOperation.Write => writes,
        _ => zeroings,
    };
}
