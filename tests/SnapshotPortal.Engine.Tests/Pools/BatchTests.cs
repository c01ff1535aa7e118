using System.Diagnostics;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class BatchTests : PoolFixture
{
    private const long DiskBytes = 3 << 20;
    private const string EncryptedDisk = "encrypted";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_batch_equals_its_writes_one_by_one(int seed)
    {
        var random = new Random(seed);
        var under = new PatternBase(7, 500);
        (string Batched, string Alone)[] pairs = [("plain", "plain-alone"), (EncryptedDisk, "encrypted-alone"), ("based", "based-alone")];
        foreach (var name in new[] { "plain", "plain-alone" }) Pool.CreateDisk(name, DiskBytes);
        foreach (var name in new[] { EncryptedDisk, "encrypted-alone" }) Pool.CreateDisk(name, DiskBytes, DiskKeys.Any(2));
        foreach (var name in new[] { "based", "based-alone" }) Pool.CreateDiskOn(name, DiskBytes, under.Name, under);
        for (var batch = 0; batch < 60; batch++)
        {
            var (batched, alone) = pairs[random.Next(pairs.Length)];
            var writes = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Any(random)).ToArray();
            IBlockDevice device = Pool.FindDisk(batched)!;
            if (!device.TryWrite(writes)) device.Write(writes, CancellationToken.None);
            foreach (var write in writes)
            {
                if (write.IsZeroes) Pool.FindDisk(alone)!.WriteZeroes(write.OffsetBytes, write.LengthBytes);
                else Pool.FindDisk(alone)!.Write(write.OffsetBytes, write.Data.Span);
            }
            if (random.Next(10) == 0) Session.Reopen();
            Assert.True(Read(Pool.FindDisk(alone)!, 0, (int)DiskBytes).AsSpan().SequenceEqual(Read(Pool.FindDisk(batched)!, 0, (int)DiskBytes)), $"batch {batch} of seed {seed}");
        }
    }

    [Fact]
    public async Task Threads_that_write_batches_side_by_side_each_find_all_of_theirs()
    {
        var disk = Pool.CreateDisk("a", 16 << 20);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(() =>
        {
            for (var round = 0; round < 200; round++)
                Assert.True(disk.TryWrite([.. Enumerable.Range(0, 8).Select(i => BlockWrite.Of((thread * 800 + (round % 100) * 8 + i) * (long)Block, Filled((byte)(thread * 50 + round % 50 + 1))))]));
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        for (var thread = 0; thread < 4; thread++)
            for (var round = 100; round < 200; round++)
                Assert.Equal(Filled((byte)(thread * 50 + round % 50 + 1), 8 * Block), Read(disk, (thread * 800 + (round % 100) * 8) * (long)Block, 8 * Block));
    }

    [Fact]
    public void A_batch_with_a_range_outside_changes_nothing()
    {
        var disk = Pool.CreateDisk("a", 4 * Block);
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.TryWrite([BlockWrite.Of(0, Filled(1)), BlockWrite.Zeroes(3 * Block, 2 * Block)]));
        Assert.Equal(Filled(0), Read(disk, 0));
    }

    [Fact]
    public void What_is_not_copied_yet_is_not_read_without_waiting()
    {
        var under = new PatternBase(7, 64);
        var disk = Pool.CreateDiskOn("a", 64 * Block, under.Name, under);
        var buffer = new byte[Block];
        Assert.False(disk.TryRead(0, buffer));
        Assert.False(disk.TryWrite([BlockWrite.Of(100, Filled(1, 10))]));
        Assert.True(disk.TryWrite([BlockWrite.Of(0, Filled(1))]));
        Assert.True(disk.TryRead(0, buffer));
        Assert.Equal(Filled(1), buffer);
        var snapshot = Pool.TakeSnapshot("a", "s");
        Assert.True(snapshot.TryRead(0, buffer));
        Assert.False(snapshot.TryRead(Block, buffer));
    }

    [Fact]
    public void A_limited_disk_says_so_instead_of_waiting_and_takes_nothing_for_it()
    {
        var disk = Pool.CreateDisk("a", 4 * Block);
        disk.Throttle.Limits = new(10, null);
        var buffer = new byte[Block];
        Assert.True(disk.TryRead(0, buffer));
        Assert.False(disk.TryRead(0, buffer));
        Assert.False(disk.TryWrite([BlockWrite.Of(0, Filled(1))]));
        Assert.Equal(1, disk.Counters.Reads.Count);
        Assert.Equal(0, disk.Counters.Writes.Count);
        disk.Throttle.Limits = RateLimits.None;
        Assert.True(disk.TryWrite([BlockWrite.Of(0, Filled(1)), BlockWrite.Zeroes(Block, Block)]));
        Assert.Equal((1, (long)Block, 1), (disk.Counters.Writes.Count, disk.Counters.Writes.Bytes, disk.Counters.Zeroings.Count));
    }

    [Fact]
    public async Task A_wait_for_limits_can_be_ended()
    {
        var disk = Pool.CreateDisk("a", 4 * Block);
        disk.Throttle.Limits = new(1, null);
        disk.Read(0, new byte[Block]);
        using var cancel = new CancellationTokenSource();
        var waiting = Task.Run(() => disk.Write([BlockWrite.Of(0, Filled(1))], cancel.Token), CancellationToken.None);
        while (disk.Throttle.Waiting == 0) await Task.Yield();
        var began = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, disk.Throttle.Waiting);
        disk.Throttle.Limits = RateLimits.None;
        Assert.Equal(Filled(0), Read(disk, 0));
    }

    [Fact]
    public void A_locked_disk_refuses_a_batch()
    {
        var files = new SimulatedFileSystem(2);
        using (var pool = SnapshotPortal.Engine.Pools.Pool.Open(files, "/pool", Options)) pool.CreateDisk("a", 4 * Block, DiskKeys.Any(1));
        using var opened = SnapshotPortal.Engine.Pools.Pool.Open(files, "/pool", Options);
        Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => opened.FindDisk("a")!.TryWrite([BlockWrite.Of(0, Filled(1)), BlockWrite.Of(Block, Filled(2))])));
    }

    private static BlockWrite Any(Random random)
    {
        var isWhole = random.Next(3) > 0;
        var offset = isWhole ? random.NextInt64(DiskBytes / Block) * Block : random.NextInt64(DiskBytes);
        var length = Math.Min(isWhole ? random.Next(1, 20) * Block : random.Next(1, 20_000), DiskBytes - offset);
        if (random.Next(4) == 0) return BlockWrite.Zeroes(offset, length);
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return BlockWrite.Of(offset, bytes);
    }
}
