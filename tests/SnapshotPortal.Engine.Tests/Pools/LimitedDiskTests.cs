using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class LimitedDiskTests : IDisposable
{
    private const int Block = Limits.BlockBytes;
    private readonly ManualTime time = new();
    private readonly Pool pool;
    private readonly PoolDisk disk;

    public LimitedDiskTests()
    {
        pool = Pool.Open(new SimulatedFileSystem(1), "/pool", new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false, Time = time });
        disk = pool.CreateDisk("limited", 64 * Block);
        disk.Throttle.Limits = new(10, null);
        disk.Write(0, new byte[Block]); // The burst of 10 in a second is one request.
    }

    public void Dispose() => pool.Dispose();

    [Fact]
    public void While_one_disk_waits_the_others_do_not()
    {
        var waiting = Waiting(() => disk.Write(0, new byte[Block]));
        var other = pool.CreateDisk("other", 64 * Block);
        for (var i = 0; i < 64; i++)
            other.Write(i * Block, new byte[Block]);
        other.Flush();
        Assert.False(waiting.Join(0));
        time.Advance(TimeSpan.FromMilliseconds(100));
        waiting.Join();
        Assert.Equal(TimeSpan.FromMilliseconds(100), disk.Throttle.Waited);
    }

    [Fact]
    public void Reads_and_writes_and_trims_share_the_limit()
    {
        disk.Throttle.Reserve(3, 0);
        var waiting = new[]
        {
            Waiting(() => disk.Read(0, new byte[Block])),
            Waiting(() => disk.Trim(0, Block)),
            Waiting(() => disk.WriteZeroes(0, Block)),
        };
        time.Advance(TimeSpan.FromMilliseconds(600));
        foreach (var thread in waiting)
            thread.Join();
        Assert.Equal(TimeSpan.FromMilliseconds(100), disk.Throttle.Reserve(1, 0));
    }

    [Fact]
    public void A_limit_that_is_lifted_or_a_disk_that_is_deleted_ends_the_wait()
    {
        var lifted = Waiting(() => disk.Write(0, new byte[Block]));
        disk.Throttle.Limits = RateLimits.None;
        lifted.Join();
        disk.Throttle.Limits = new(10, null);
        disk.Throttle.Reserve(100, 0);
        EngineFault? fault = null;
        var deleted = Waiting(() => fault = Assert.Throws<EngineException>(() => disk.Read(0, new byte[Block])).Fault);
        pool.DeleteDisk("limited");
        deleted.Join();
        Assert.Equal(EngineFault.Missing, fault);
    }

    [Fact]
    public void Closing_the_pool_ends_the_wait()
    {
        disk.Throttle.Reserve(100, 0);
        Exception? error = null;
        var closed = Waiting(() => error = Record.Exception(() => disk.Read(0, new byte[Block])));
        pool.Dispose();
        closed.Join();
        Assert.IsType<ObjectDisposedException>(error);
    }

    private Thread Waiting(Action call)
    {
        var before = disk.Throttle.Waiting;
        var thread = new Thread(() => call());
        thread.Start();
        SpinWait.SpinUntil(() => disk.Throttle.Waiting > before);
        return thread;
    }
}
