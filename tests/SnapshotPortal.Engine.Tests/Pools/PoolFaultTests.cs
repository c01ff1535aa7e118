using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>What a pool does when its medium refuses: full, or broken.</summary>
public sealed class PoolFaultTests : PoolFixture
{
    [Fact]
    public void A_full_file_system_fails_writes_keeps_everything_and_works_again_once_there_is_room()
    {
        var disk = Pool.CreateDisk("a", 64 << 20);
        Files.CapacityBytes = 2 << 20;
        var written = FillUp(disk);
        Assert.InRange(written, 150, 512);
        Assert.Equal(EngineFault.Full, FaultOf(() => disk.Write(written * (long)Block, Filled(1))));
        Assert.All(Enumerable.Range(0, written), i => Assert.Equal(Filled((byte)(i % 250 + 1)), Read(disk, i * (long)Block)));
        disk.Flush();

        Files.CapacityBytes = 16 << 20;
        disk.Write(written * (long)Block, Filled(251));
        disk.Flush();
        Session.Reopen();
        Assert.Equal(Filled(251), Read(Pool.FindDisk("a")!, written * (long)Block));
        Assert.All(Enumerable.Range(0, written), i => Assert.Equal(Filled((byte)(i % 250 + 1)), Read(Pool.FindDisk("a")!, i * (long)Block)));
    }

    [Fact]
    public void A_full_pool_can_be_emptied_and_then_takes_data_again()
    {
        var disk = Pool.CreateDisk("a", 64 << 20);
        Files.CapacityBytes = 4 << 20;
        for (var i = 0; i < 30; i++)
            Pool.CreateDisk($"other {i}", Block);
        Pool.TakeSnapshot("a", "s");
        var written = FillUp(disk);
        disk.Trim(0, disk.LengthBytes - 100);
        Pool.Flush();
        Assert.Equal(EngineFault.Full, FaultOf(() => disk.Write(0, Filled(1))));
        Pool.DeleteSnapshot("s");
        for (var i = 0; i < 30; i++)
            Pool.DeleteDisk($"other {i}");
        Assert.Equal(EngineFault.Full, FaultOf(() => Pool.CreateDisk("b", Block)));
        Pool.Checkpoint();
        Pool.Reclaim();
        Pool.Checkpoint();
        Pool.Reclaim();
        Assert.InRange(FillUp(disk), written / 2, written + 100);
        Session.Reopen();
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!, 0));
    }

    [Fact]
    public void A_full_file_system_still_closes_and_opens()
    {
        var disk = Pool.CreateDisk("a", 64 << 20);
        Files.CapacityBytes = 1 << 20;
        var written = FillUp(disk);
        disk.Flush();
        Session.Reopen();
        Assert.All(Enumerable.Range(0, written), i => Assert.Equal(Filled((byte)(i % 250 + 1)), Read(Pool.FindDisk("a")!, i * (long)Block)));
    }

    private int FillUp(PoolDisk disk)
    {
        var written = 0;
        Assert.Equal(EngineFault.Full, FaultOf(() =>
        {
            for (; ; written++)
                disk.Write(written * (long)Block, Filled((byte)(written % 250 + 1)));
        }));
        return written;
    }

    [Fact]
    public void A_failed_write_fences_the_pool_until_it_is_opened_again()
    {
        var disk = Pool.CreateDisk("a", 8 * Block);
        disk.Write(0, Filled(1));
        disk.Flush();
        Files.FailAfter(1, SimulatedFault.Io);
        Assert.Equal(EngineFault.Io, FaultOf(() => disk.Write(Block, Filled(2))));

        Assert.Equal(EngineFault.Fenced, FaultOf(() => disk.Write(Block, Filled(2))));
        Assert.Equal(EngineFault.Fenced, FaultOf(() => disk.Trim(0, Block)));
        Assert.Equal(EngineFault.Fenced, FaultOf(() => Pool.CreateDisk("b", Block)));
        Assert.Equal(EngineFault.Fenced, FaultOf(() => Pool.TakeSnapshot("a", "s")));
        Assert.Equal(EngineFault.Fenced, FaultOf(disk.Flush));
        Assert.Equal(Filled(1), Read(disk));

        Session.Reopen();
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!));
        Pool.FindDisk("a")!.Write(Block, Filled(3));
        Pool.Flush();
    }

    [Fact]
    public void A_failed_flush_fences_the_pool_and_is_not_tried_again()
    {
        var disk = Pool.CreateDisk("a", 8 * Block);
        disk.Write(0, Filled(1));
        disk.Flush();
        disk.Write(Block, Filled(2));
        Files.FailAfter(1, SimulatedFault.Io);
        Assert.Equal(EngineFault.Io, FaultOf(disk.Flush));

        // A second sync would succeed without having stored what the first one lost.
        Assert.Equal(EngineFault.Fenced, FaultOf(disk.Flush));
        Assert.Equal(EngineFault.Fenced, FaultOf(() => disk.Write(0, Filled(3))));
        Session.Reopen();
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!));
    }

    [Fact]
    public void A_write_that_found_no_room_is_not_taken_for_the_batch_that_came_in_its_place()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var files = new SimulatedFileSystem(seed);
            var pool = new PoolSession(files, "/pool", Options).Pool;
            var disk = pool.CreateDisk("a", 1 << 20);
            disk.Write(0, Filled(1, 24 * Block));
            files.FailAfter(1, SimulatedFault.Full);
            Assert.Equal(EngineFault.Full, FaultOf(() => pool.TakeSnapshot("a", "refused")));
            disk.Write(0, Filled(2, 48 * Block)); // Has no room in the segment of the refused one.
            disk.Flush();
            files = files.Kill();

            using var again = new PoolSession(files, "/pool", Options);
            Assert.Equal(Filled(2, 48 * Block), Read(again.Pool.FindDisk("a")!, 0, 48 * Block));
            Assert.Empty(again.Pool.Snapshots);
        }
    }

    [Fact]
    public void A_checkpoint_that_finds_no_room_leaves_nothing_half_to_the_next_one()
    {
        var failed = true;
        for (var n = 1; failed; n++)
        {
            Assert.True(n < 100, "The checkpoint does not end.");
            var files = new SimulatedFileSystem(n);
            using var session = new PoolSession(files, "/pool", Options);
            var disk = session.Pool.CreateDisk("a", 1L << 30);
            for (var i = 0; i < 40; i++) disk.Write(i * (20L << 20), Filled((byte)(i + 1)));
            files.FailAfter(n, SimulatedFault.Full);
            try
            {
                session.Pool.Checkpoint();
            }
            catch (EngineException) when (files.HasFailed)
            {
            }

            failed = files.HasFailed;
            files.Disarm();
            if (session.Pool.Log.Fence is not null) continue;
            disk.Write(Block, Filled(99));
            session.Reopen();
            for (var i = 0; i < 40; i++) Assert.Equal(Filled((byte)(i + 1)), Read(session.Pool.FindDisk("a")!, i * (20L << 20)));
        }
    }

    [Fact]
    public void A_segment_that_found_no_room_and_could_not_be_deleted_again_does_not_stand_in_the_way()
    {
        var disk = Pool.CreateDisk("a", 1 << 20);
        disk.Write(0, Filled(1, 54 * Block));
        foreach (var operation in new[] { 3, 4 }) Files.FailAfter(operation, SimulatedFault.Full); // To allocate it, and to delete it.
        Assert.Equal(EngineFault.Full, FaultOf(() => disk.Write(0, Filled(2, 54 * Block))));
        Assert.Equal(2, Files.Failures);
        disk.Write(0, Filled(3, 54 * Block));
        Session.Reopen();
        Assert.Equal(Filled(3, 54 * Block), Read(Pool.FindDisk("a")!, 0, 54 * Block));
    }

    [Fact]
    public void A_failed_read_fails_that_read_only()
    {
        var disk = Pool.CreateDisk("a", 8 * Block);
        disk.Write(0, Filled(1));
        Files.FailReadAfter(1);
        Assert.Equal(EngineFault.Io, FaultOf(() => Read(disk)));
        Assert.Equal(Filled(1), Read(disk));
        disk.Write(0, Filled(2));
        disk.Flush();
    }

    /// <summary>One history, the medium failing at its first operation, then at its second, and so on until it runs through.</summary>
    [Theory]
    [InlineData(SimulatedFault.Io)]
    [InlineData(SimulatedFault.Full)]
    public void Wherever_the_medium_fails_what_was_flushed_is_there_afterwards(SimulatedFault fault)
    {
        var failed = true;
        for (var n = 1; failed; n++)
        {
            Assert.True(n < 500, "The history does not end.");
            var files = new SimulatedFileSystem(n);
            files.FailAfter(n, fault);
            var flushed = 0;
            try
            {
                using var session = new PoolSession(files, "/pool", Options);
                var disk = session.Pool.CreateDisk("a", 1 << 20);
                for (var i = 1; i <= 20; i++)
                {
                    disk.Write(0, Filled((byte)i));
                    disk.Write(i * 8 * Block, Filled((byte)i, 8 * Block));
                    disk.Flush();
                    flushed = i;
                    if (i % 7 == 0)
                        session.Pool.Checkpoint();
                }
            }
            catch (EngineException) when (files.HasFailed)
            {
            }

            failed = files.HasFailed;
            var after = n % 2 == 0 ? files.Crash() : files.Kill();
            using var again = new PoolSession(after, "/pool", Options);
            if (flushed == 0)
                continue;
            var recovered = again.Pool.FindDisk("a")!;
            Assert.InRange(Read(recovered)[0], flushed, flushed + 1);
            Assert.All(Enumerable.Range(1, flushed), i => Assert.Equal(Filled((byte)i, 8 * Block), Read(recovered, i * 8 * Block, 8 * Block)));
        }
    }
}
