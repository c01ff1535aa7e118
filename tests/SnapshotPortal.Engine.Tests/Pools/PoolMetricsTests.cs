using System.Diagnostics.Metrics;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class PoolMetricsTests : IDisposable
{
    private const int Block = Limits.BlockBytes;
    private readonly SimulatedFileSystem files = new(1);
    private readonly ManualTime time = new();
    private readonly MeterListener listener = new();
    private readonly List<(string Instrument, double Value, string? Operation)> seen = [];
    private readonly Pool pool;

    public PoolMetricsTests()
    {
        pool = Pool.Open(files, "/zone", new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false, Time = time });
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "SnapshotPortal.Engine" && instrument.Meter.Scope == pool.Metrics) // Others are of tests beside this one.
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.Start();
    }

    public void Dispose()
    {
        pool.Dispose();
        listener.Dispose();
    }

    [Fact]
    public void Requests_bytes_and_flushes_are_counted_by_operation_also_those_of_deleted_disks()
    {
        var disk = pool.CreateDisk("disk", 64 * Block);
        Forget();
        var flushes = Last("engine.operations", "flush");
        disk.Write(0, new byte[3 * Block]);
        disk.Write(100, new byte[200]);
        disk.Read(0, new byte[Block]);
        disk.Trim(0, Block);
        disk.Flush();
        disk.Flush();
        for (var deleted = false; ; deleted = true)
        {
            Assert.Equal(2, Last("engine.operations", "write"));
            Assert.Equal(1, Last("engine.operations", "read"));
            Assert.Equal(1, Last("engine.operations", "zero"));
            Assert.Equal(flushes + (deleted ? 3 : 2), Last("engine.operations", "flush"));
            Assert.Equal(3 * Block + 200, Last("engine.bytes", "write"));
            Assert.Equal(Block, Last("engine.bytes", "read"));
            if (deleted)
                return;
            pool.DeleteDisk("disk");
        }
    }

    [Fact]
    public void Every_request_and_flush_is_timed_while_somebody_listens()
    {
        var disk = pool.CreateDisk("disk", 64 * Block);
        Forget();
        for (var i = 0; i < 50; i++)
        {
            disk.Write(i * Block, new byte[Block]);
            disk.Read(i * Block, new byte[Block]);
        }

        disk.Flush();
        Assert.Equal(50, Count("engine.operation.duration", "write"));
        Assert.Equal(50, Count("engine.operation.duration", "read"));
        Assert.Equal(1, Count("engine.operation.duration", "flush"));
        Assert.Equal(1, seen.Where(seen => seen.Instrument == "engine.syncs").Sum(seen => seen.Value));
    }

    [Fact]
    public void Batches_tell_their_requests_and_blocks()
    {
        var disk = pool.CreateDisk("disk", 64 * Block);
        Forget();
        disk.Write(0, new byte[5 * Block]);
        Assert.Equal([1.0], Values("engine.batch.requests"));
        Assert.Equal([5.0], Values("engine.batch.blocks"));
    }

    [Fact]
    public void Checkpoints_space_and_what_is_given_back_are_told()
    {
        var disk = pool.CreateDisk("disk", 128 * Block);
        for (var i = 0; i < 4; i++)
            disk.Write(0, Filled(128));
        pool.Checkpoint();
        Forget();
        var before = Last("engine.space.allocated");
        pool.Reclaim();
        pool.Reclaim();
        Assert.NotEmpty(Values("engine.checkpoint.duration"));
        var given = Values("engine.reclaimed").Sum();
        Assert.True(given > 0);
        var after = Last("engine.space.allocated");
        Assert.True(after < before);
        Assert.InRange(Last("engine.space.live"), 128 * Block, after);
    }

    [Fact]
    public void Map_pages_are_hit_or_missed()
    {
        pool.CreateDisk("disk", 1L << 30).Write(0, Filled(1));
        pool.Checkpoint();
        Forget();
        pool.FindDisk("disk")!.Read(0, new byte[Block]);
        Assert.True(Last("engine.map.hits") > 0);
        Assert.Equal(0, Last("engine.map.misses"));
    }

    [Fact]
    public void Damage_that_a_read_meets_is_counted()
    {
        var disk = pool.CreateDisk("disk", 64 * Block);
        disk.Write(0, Filled(1));
        var location = disk.Map.Find(0).Location;
        files.Flip($"/zone/segment-{location.Segment:x8}", location.Block * (long)Block, bit: 0);
        Forget();
        Assert.Throws<EngineException>(() => disk.Read(0, new byte[Block]));
        Assert.Equal(1, Values("engine.damage").Sum());
    }

    [Fact]
    public void A_fence_shows()
    {
        var disk = pool.CreateDisk("disk", 64 * Block);
        Assert.Equal(0, Last("engine.fenced"));
        files.FailAfter(1, SimulatedFault.Io);
        Assert.Throws<EngineException>(() => disk.Write(0, Filled(1)));
        Assert.Equal(1, Last("engine.fenced"));
    }

    [Fact]
    public void A_closed_pool_says_nothing_more()
    {
        pool.Dispose();
        Forget();
        listener.RecordObservableInstruments();
        Assert.Empty(seen);
    }

    [Fact]
    public void A_disk_counts_what_it_does_and_how_long_that_and_the_waiting_took()
    {
        listener.Dispose();
        var disk = pool.CreateDisk("disk", 64 * Block);
        pool.CreateDisk("other", 64 * Block).Write(0, Filled(1));
        files.Trace = what =>
        {
            if (what.Contains(" write ", StringComparison.Ordinal))
                time.Advance(TimeSpan.FromMilliseconds(3));
        };
        for (var i = 0; i < 20; i++)
            disk.Write(0, Filled(1));
        disk.Read(0, new byte[100]);
        var counters = disk.Counters;
        Assert.Equal(new OperationCounter(20, 20 * Block, TimeSpan.FromMilliseconds(60)), counters.Writes);
        Assert.Equal((1, 100), (counters.Reads.Count, counters.Reads.Bytes));
        Assert.Equal(default, counters.Zeroings);
        Assert.Equal(21, pool.Counters.Writes.Count);

        files.Trace = null;
        disk.Throttle.Limits = new(10, null);
        disk.Throttle.Reserve(2, 0);
        var waiting = new Thread(() => disk.Read(0, new byte[1]));
        waiting.Start();
        SpinWait.SpinUntil(() => disk.Throttle.Waiting == 1);
        time.Advance(TimeSpan.FromMilliseconds(200));
        waiting.Join();
        Assert.Equal(TimeSpan.FromMilliseconds(200), disk.Counters.Throttled);
    }

    [Fact]
    public void Counting_and_limiting_allocate_nothing()
    {
        listener.Dispose();
        var disk = pool.CreateDisk("disk", 64 * Block);
        disk.Throttle.Limits = new(1_000_000, 1L << 40);
        Work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Work()
        {
            for (var i = 0; i < 1_000; i++)
            {
                disk.Throttle.Wait(1, Block);
                disk.Activity.End(DiskOperation.Read, disk.Activity.Begin(DiskOperation.Read, Block));
            }
        }
    }

    private static byte[] Filled(int blocks)
    {
        var content = new byte[blocks * Block];
        content.AsSpan().Fill(7);
        return content;
    }

    private void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Assert.True(tags.Contains(new("pool", "zone")));
        string? operation = null;
        foreach (var (key, tag) in tags)
            operation = key == "operation" ? (string?)tag : operation;
        seen.Add((instrument.Name, value, operation));
    }

    private void Forget() => seen.Clear();

    private double[] Values(string instrument) => [.. seen.Where(seen => seen.Instrument == instrument).Select(seen => seen.Value)];

    private int Count(string instrument, string operation) => seen.Count(seen => seen.Instrument == instrument && seen.Operation == operation);

    private double Last(string instrument, string? operation = null)
    {
        listener.RecordObservableInstruments();
        return seen.Last(seen => seen.Instrument == instrument && seen.Operation == operation).Value;
    }
}
