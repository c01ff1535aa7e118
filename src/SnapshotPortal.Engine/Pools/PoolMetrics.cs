using System.Diagnostics.Metrics;

namespace SnapshotPortal.Engine.Pools;

using Tag = KeyValuePair<string, object?>;

/// <summary>
/// The numbers of a pool, as the meter <c>SnapshotPortal.Engine</c>: docs/operating.md, Metrics. While nobody listens they cost
/// nothing; whoever listens costs each request a look at the clock. Thread-safe.
/// </summary>
internal sealed class PoolMetrics : IDisposable
{
    public const string MeterName = "SnapshotPortal.Engine";

    private static readonly Tag ReadTag = new("operation", "read"), WriteTag = new("operation", "write"), ZeroTag = new("operation", "zero"), FlushTag = new("operation", "flush");
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Powers = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };

    private readonly Meter meter;
    private readonly TimeProvider time;
    private readonly Tag pool;
    private readonly Histogram<double> operationDuration, checkpointDuration;
    private readonly Histogram<int> batchRequests, batchBlocks;
    private readonly Counter<long> syncs, damage, reclaimed;
    private readonly Tally flushes = new();

    /// <summary>Makes the meter.</summary>
    /// <param name="poolName">The pool's name in the tags.</param>
    /// <param name="time">The clock.</param>
    public PoolMetrics(string poolName, TimeProvider time)
    {
        meter = new(new MeterOptions(MeterName) { Scope = this });
        this.time = time;
        pool = new("pool", poolName);
        operationDuration = meter.CreateHistogram("engine.operation.duration", "s", "Duration of requests to disks, without the wait for limits, and of flushes.", tags: null, Seconds);
        checkpointDuration = meter.CreateHistogram("engine.checkpoint.duration", "s", "Duration of checkpoints.", tags: null, Seconds);
        batchRequests = meter.CreateHistogram("engine.batch.requests", "{request}", "Requests written together in one batch of the log.", tags: null, Powers);
        batchBlocks = meter.CreateHistogram("engine.batch.blocks", "{block}", "Blocks of 4 KiB in one batch of the log.", tags: null, Powers);
        syncs = meter.CreateCounter<long>("engine.syncs", "{sync}", "Times the log was synced to the device; flushes that wait together share one.");
        damage = meter.CreateCounter<long>("engine.damage", "{read}", "Reads that met damaged blocks.");
        reclaimed = meter.CreateCounter<long>("engine.reclaimed", "By", "Bytes given back to the file system.");
    }

    /// <summary>Whether somebody wants the duration of every request.</summary>
    public bool TimesOperations => operationDuration.Enabled;

    public long Now => time.GetTimestamp();

    public TimeSpan Since(long began) => time.GetElapsedTime(began);

    public void Operation(DiskOperation operation, TimeSpan elapsed)
    {
        if (operationDuration.Enabled) operationDuration.Record(elapsed.TotalSeconds, pool, operation switch { DiskOperation.Read => ReadTag, DiskOperation.Write => WriteTag, _ => ZeroTag });
    }

    public void Flushed(TimeSpan elapsed)
    {
        flushes.Add(1);
        if (operationDuration.Enabled) operationDuration.Record(elapsed.TotalSeconds, pool, FlushTag);
    }

    public void Checkpointed(TimeSpan elapsed) => checkpointDuration.Record(elapsed.TotalSeconds, pool);

    public void Batch(int requests, int blocks)
    {
        if (batchRequests.Enabled) batchRequests.Record(requests, pool);
        if (batchBlocks.Enabled) batchBlocks.Record(blocks, pool);
    }

    public void Synced() => syncs.Add(1, pool);

    /// <summary>A read, or a search for damage, met a block that is not what was written.</summary>
    public void FoundDamage() => damage.Add(1, pool);

    public void Reclaimed(long bytes) => reclaimed.Add(bytes, pool);

    /// <summary>Shows what the opened pool counts anyway, whenever somebody asks. A meter lives until it is disposed: it must not keep a pool that was not.</summary>
    public void Observe(Pool opened)
    {
        var weak = new WeakReference<Pool>(opened);
        Func<IEnumerable<Measurement<T>>> While<T>(Func<Pool, IEnumerable<Measurement<T>>> of) where T : struct => () => weak.TryGetTarget(out var alive) ? of(alive) : [];
        meter.CreateObservableCounter("engine.operations", While<long>(alive =>
        {
            var counters = alive.Counters;
            return new Measurement<long>[] { new(counters.Reads.Count, pool, ReadTag), new(counters.Writes.Count, pool, WriteTag), new(counters.Zeroings.Count, pool, ZeroTag), new(flushes.Total, pool, FlushTag) };
        }), "{request}", "Requests to disks, and flushes.");
        meter.CreateObservableCounter("engine.bytes", While<long>(alive =>
        {
            var counters = alive.Counters;
            return new Measurement<long>[] { new(counters.Reads.Bytes, pool, ReadTag), new(counters.Writes.Bytes, pool, WriteTag) };
        }), "By", "Bytes read from and written to disks.");
        meter.CreateObservableCounter("engine.throttled", While<double>(alive => [new(alive.Counters.Throttled.TotalSeconds, pool)]), "s", "Time that requests waited for the limits of their disks.");
        meter.CreateObservableCounter("engine.map.hits", While<long>(alive => [new(alive.Pages.Hits, pool)]), "{page}", "Stored map pages that were needed and in memory.");
        meter.CreateObservableCounter("engine.map.misses", While<long>(alive => [new(alive.Pages.Misses, pool)]), "{page}", "Map pages that had to be read from the log.");
        meter.CreateObservableGauge("engine.space.allocated", While<long>(alive => [new(alive.Segments.AllocatedBytes(), pool)]), "By", "Bytes that the segments take up in the file system.");
        meter.CreateObservableGauge("engine.space.live", While<long>(alive => alive.Liveness.IsExact ? [new(alive.Liveness.LiveBlocks * Limits.BlockBytes, pool)] : []), "By", "Bytes of content and map pages in use, once a first pass has found them.");
        meter.CreateObservableGauge("engine.fenced", While<int>(alive => [new(alive.Log.Fence is null ? 0 : 1, pool)]), description: "1 where the pool takes no more changes since an error, else 0.");
    }

    public void Dispose() => meter.Dispose();
}
