using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class ReclaimTests : PoolFixture
{
    private const int DiskBlocks = 256;

    [Fact]
    public void A_disk_overwritten_many_times_over_takes_little_more_than_its_size()
    {
        var disk = Pool.CreateDisk("a", DiskBlocks * Block);
        var random = new Random(1);
        var last = new byte[DiskBlocks];
        for (var i = 0; i < DiskBlocks * 40; i++)
        {
            var block = random.Next(DiskBlocks);
            last[block] = (byte)random.Next(1, 256);
            disk.Write(block * Block, Filled(last[block]));
            if (i % (2 * DiskBlocks) == 0) Pool.Reclaim();
        }
        Settle();
        Assert.InRange(LogBytes(), 0, 2 * DiskBlocks * Block + 3 * Options.SegmentBytes);
        for (var i = 0; i < 2; i++)
        {
            for (var block = 0; block < DiskBlocks; block++) Assert.Equal(Filled(last[block]), Read(Pool.FindDisk("a")!, block * Block));
            Session.Reopen();
        }
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    [InlineData(1, 0, 2)]
    public void Snapshots_deleted_in_any_order_give_back_what_only_they_held(int first, int second, int third)
    {
        var disk = Pool.CreateDisk("a", DiskBlocks * Block);
        for (var i = 0; i < 3; i++)
        {
            disk.Write(0, Filled((byte)(i + 1), DiskBlocks * Block));
            Pool.TakeSnapshot("a", $"s{i}");
        }
        disk.Write(0, Filled(9, DiskBlocks * Block));
        Pool.CloneDisk("s1", "b", DiskBlocks * Block).Write(0, Filled(7, DiskBlocks / 2 * Block));
        Settle();
        var before = LogBytes();
        foreach (var i in new[] { first, second, third })
        {
            Assert.Equal(Filled((byte)(i + 1), DiskBlocks * Block), Read(Pool.FindSnapshot($"s{i}")!, 0, DiskBlocks * Block));
            Pool.DeleteSnapshot($"s{i}");
            Settle();
        }
        // Two of the three states are nobody's any more; of the clone's one half stays.
        Assert.InRange(LogBytes(), 0, before - 2 * DiskBlocks * Block);
        Assert.Equal(Filled(9, DiskBlocks * Block), Read(disk, 0, DiskBlocks * Block));
        Assert.Equal(Filled(7, DiskBlocks / 2 * Block), Read(Pool.FindDisk("b")!, 0, DiskBlocks / 2 * Block));
        Assert.Equal(Filled(2, DiskBlocks / 2 * Block), Read(Pool.FindDisk("b")!, DiskBlocks / 2 * Block, DiskBlocks / 2 * Block));
    }

    [Fact]
    public void When_everything_is_deleted_next_to_nothing_is_left()
    {
        var disk = Pool.CreateDisk("a", 4 * DiskBlocks * Block);
        disk.Write(0, Filled(1, 4 * DiskBlocks * Block));
        Pool.TakeSnapshot("a", "s");
        disk.Trim(0, 4 * DiskBlocks * Block);
        Pool.DeleteDisk("a");
        Pool.DeleteSnapshot("s");
        Settle();
        Session.Reopen();
        Settle();
        Assert.InRange(LogBytes(), 0, 2 * Options.SegmentBytes);
    }

    [Fact]
    public async Task Reading_and_writing_go_on_beside_it()
    {
        var disks = Enumerable.Range(0, 4).Select(i => Pool.CreateDisk($"d{i}", DiskBlocks * Block)).ToArray();
        using var done = new CancellationTokenSource();
        var reclaiming = Task.Run(() =>
        {
            while (!done.IsCancellationRequested) Pool.Reclaim();
        });
        Parallel.For(0, disks.Length, new ParallelOptions { MaxDegreeOfParallelism = disks.Length }, thread =>
        {
            var (random, last) = (new Random(thread), new byte[DiskBlocks]);
            for (var i = 0; i < 6000; i++)
            {
                var block = random.Next(DiskBlocks);
                last[block] = (byte)random.Next(1, 256);
                disks[thread].Write(block * Block, Filled(last[block]));
                if (i % 500 == 250) Pool.TakeSnapshot($"d{thread}", $"s{thread}");
                if (i % 500 == 499) Pool.DeleteSnapshot($"s{thread}");
                block = random.Next(DiskBlocks);
                Assert.Equal(Filled(last[block]), Read(disks[thread], block * Block));
            }
        });
        await done.CancelAsync();
        await reclaiming;
    }

    [Fact]
    public void A_walk_over_extents_goes_on_where_pages_were_given_back_before_it_came_to_them()
    {
        const int leaves = 40;
        using var pool = Pool.Open(Files, "/other", Options with { MapMemoryBytes = 1 });
        var disk = pool.CreateDisk("a", leaves << 20);
        for (var i = 0; i < leaves; i++) disk.Write((long)i << 20, Filled(1));
        pool.Checkpoint();
        using var extents = disk.Extents(0, disk.LengthBytes).GetEnumerator();
        Assert.True(extents.MoveNext());
        pool.TakeSnapshot("a", "s");
        for (var i = 0; i < leaves; i++) disk.Write((long)i << 20, Filled(2));
        pool.DeleteSnapshot("s");
        for (var i = 0; i < 3; i++)
        {
            pool.Checkpoint();
            pool.Reclaim();
        }
        var data = 1;
        while (extents.MoveNext()) data += extents.Current.Kind == ExtentKind.Data ? 1 : 0;
        Assert.Equal(leaves, data);
    }

    /// <summary>Lets what was put out of use leave the part of the log that a replay would need, and gives it back.</summary>
    private void Settle()
    {
        for (var i = 0; i < 3; i++)
        {
            Pool.Checkpoint();
            Pool.Reclaim();
        }
    }

    private long LogBytes() => (from name in Files.List("/pool") where name.StartsWith("segment-", StringComparison.Ordinal) select AllocatedBytes(name)).Sum();

    private long AllocatedBytes(string name)
    {
        using var file = Files.Open($"/pool/{name}");
        return file.AllocatedBytes;
    }
}
