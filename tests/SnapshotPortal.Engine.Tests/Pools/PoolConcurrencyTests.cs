namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class PoolConcurrencyTests : PoolFixture
{
    private const int Threads = 8;

    [Fact]
    public void Threads_with_blocks_of_their_own_read_what_they_wrote()
    {
        var disks = Enumerable.Range(0, 3).Select(i => Pool.CreateDisk($"disk-{i}", Threads * 16 * Block)).ToArray();
        var last = new byte[Threads, 3, 16];
        InParallel(thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 400; i++)
            {
                var (disk, block, value) = (random.Next(3), random.Next(16), (byte)random.Next(1, 255));
                var offsetBytes = (thread * 16 + block) * (long)Block;
                disks[disk].Write(offsetBytes, Filled(value));
                last[thread, disk, block] = value;
                Assert.Equal(Filled(value), Read(disks[disk], offsetBytes));
                if (i % 50 == 0)
                    disks[disk].Flush();
            }
        });

        Session.Reopen();
        foreach (var (thread, disk, block) in from t in Enumerable.Range(0, Threads) from d in Enumerable.Range(0, 3) from b in Enumerable.Range(0, 16) select (t, d, b))
            Assert.Equal(Filled(last[thread, disk, block]), Read(Pool.FindDisk($"disk-{disk}")!, (thread * 16 + block) * (long)Block));
    }

    [Fact]
    public void Overlapping_writes_and_reads_are_whole_blocks()
    {
        var disk = Pool.CreateDisk("a", 8 * Block);
        InParallel(thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 300; i++)
            {
                var first = random.Next(8);
                var count = random.Next(1, 9 - first);
                disk.Write(first * Block, Filled((byte)(thread + 1), count * Block));
                var read = Read(disk, first * Block, count * Block);
                for (var block = 0; block < count; block++)
                    Assert.False(read.AsSpan(block * Block, Block).ContainsAnyExcept(read[block * Block]));
            }
        });
    }

    [Fact]
    public void Writes_of_different_bytes_of_one_block_do_not_undo_each_other()
    {
        var disk = Pool.CreateDisk("a", Block);
        InParallel(thread =>
        {
            for (var i = 1; i <= 100; i++)
            {
                disk.Write(thread * 512, Filled((byte)i, 512));
                Assert.Equal(Filled((byte)i, 512), Read(disk, thread * 512, 512));
            }
        });
        Assert.Equal(Filled(100), Read(disk));
    }

    [Fact]
    public void Snapshots_taken_under_load_never_change()
    {
        var disk = Pool.CreateDisk("a", 64 * Block);
        InParallel(thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 60; i++)
            {
                for (var j = 0; j < 10; j++)
                    disk.Write(random.Next(64) * Block, Filled((byte)random.Next(256)));
                if (thread > 1)
                    continue;
                var snapshot = Pool.TakeSnapshot("a", $"{thread}-{i}");
                var content = Read(snapshot, 0, 64 * Block);
                disk.Write(random.Next(64) * Block, Filled(7));
                Assert.Equal(content, Read(snapshot, 0, 64 * Block));
                if (i % 3 != 0)
                    Pool.DeleteSnapshot(snapshot.Name);
                if (i % 10 == 0)
                    Pool.Checkpoint();
            }
        });
        Assert.Equal(40, Pool.Snapshots.Count);
    }

    /// <summary>Runs on threads that really are at work at once, and reports the first failure.</summary>
    private static void InParallel(Action<int> work)
    {
        using var start = new Barrier(Threads);
        var failures = new Exception?[Threads];
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                work(thread);
            }
            catch (Exception e)
            {
                failures[thread] = e;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Null(Array.Find(failures, failure => failure is not null));
    }
}
