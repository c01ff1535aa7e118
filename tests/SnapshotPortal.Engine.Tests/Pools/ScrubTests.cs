using System.Diagnostics;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class ScrubTests : PoolFixture
{
    private const long Leaf = 256 * Block;
    private const long Inner = 256 * Leaf;

    [Fact]
    public async Task What_is_whole_is_read_once_and_nothing_is_reported()
    {
        Prepare();
        var space = Pool.MeasureSpace();
        var report = await Pool.ScrubAsync();
        Assert.Empty(report.Damage);
        Assert.True(report.IsComplete);
        Assert.Equal(0, report.LeakedBytes);
        var headers = Files.Files.Count(file => file.Path.Contains("segment", StringComparison.Ordinal)) * Block;
        Assert.InRange(report.CheckedBytes - headers, space.ContentBytes + Block, space.ContentBytes + space.MapBytes);
    }

    [Fact]
    public async Task A_damaged_block_is_named_to_everybody_who_has_it_and_to_nobody_else()
    {
        Prepare();
        foreach (var lba in (long[])[3, 4]) Flip(Pool.FindSnapshot("s")!.Map.Find(lba).Location); // Shared by the clone; the disk has overwritten them.
        Flip(Pool.FindDisk("a")!.Map.Find(30).Location); // Shared by all.
        var report = await Pool.ScrubAsync();
        Assert.Equal(
            [(DamagedPart.Disk, "a", 30L * Block, (long)Block),
             (DamagedPart.Disk, "b", 3 * Block, 2 * Block), (DamagedPart.Disk, "b", 30 * Block, Block),
             (DamagedPart.Snapshot, "s", 3 * Block, 2 * Block), (DamagedPart.Snapshot, "s", 30 * Block, Block)],
            Found(report));
        Assert.Equal(0, report.LeakedBytes);
        Assert.Equal(EngineFault.Corrupt, FaultOf(() => Read(Pool.FindDisk("a")!, 30 * Block)));
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!, 31 * Block));
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!, 29 * Block));
    }

    [Fact]
    public async Task Writing_over_a_damaged_block_heals_it()
    {
        Prepare();
        Flip(Pool.FindDisk("b")!.Map.Find(1000).Location);
        Assert.Equal([(DamagedPart.Disk, "b", 1000L * Block, (long)Block)], Found(await Pool.ScrubAsync()));
        Pool.FindDisk("b")!.Write(1000 * Block, Filled(8));
        Assert.Equal(Filled(8), Read(Pool.FindDisk("b")!, 1000 * Block));
        Assert.Empty((await Pool.ScrubAsync()).Damage);
    }

    [Theory]
    [InlineData(1, 5 * Leaf, Leaf)]
    [InlineData(2, 0, Inner)]
    [InlineData(3, 0, 4 * Inner)]
    public async Task A_damaged_page_of_the_map_takes_its_range_with_it_and_no_other(int level, long offsetBytes, long lengthBytes)
    {
        var big = Pool.CreateDisk("big", 4 * Inner);
        foreach (var at in (long[])[0, 5 * Leaf, 2 * Inner]) big.Write(at, Filled(6));
        Pool.Checkpoint();
        Flip(StoredBlocks.Find(big.Map, offsetBytes / Block, level).Location);
        var expected = (DamagedPart.Disk, "big", offsetBytes, lengthBytes);
        Assert.Equal([expected], Found(await Pool.ScrubAsync())); // Though the page is in memory still.
        Session.Reopen();
        var report = await Pool.ScrubAsync();
        Assert.Equal([expected], Found(report));
        Assert.Null(report.LeakedBytes);
        foreach (var at in (long[])[0, 5 * Leaf, 2 * Inner])
        {
            if (at >= offsetBytes && at < offsetBytes + lengthBytes) Assert.Equal(EngineFault.Corrupt, FaultOf(() => Read(Pool.FindDisk("big")!, at)));
            else Assert.Equal(Filled(6), Read(Pool.FindDisk("big")!, at));
        }
    }

    [Fact]
    public async Task A_trim_of_its_range_or_a_delete_heals_a_damaged_page_and_space_is_given_back_again()
    {
        Prepare();
        Flip(StoredBlocks.Find(Pool.FindDisk("b")!.Map, 5 * 256, 1).Location);
        Session.Reopen();
        Assert.NotEmpty((await Pool.ScrubAsync()).Damage);
        Assert.Equal(EngineFault.Corrupt, FaultOf(Pool.Reclaim));
        Pool.FindDisk("b")!.Trim(5 * Leaf, Leaf);
        Pool.Reclaim();
        Assert.Empty((await Pool.ScrubAsync()).Damage);
        Assert.Equal(0, Pool.MarkLiveness());
    }

    [Fact]
    public async Task The_header_of_a_segment_is_damaged_without_its_content()
    {
        Prepare();
        var path = Files.Files.First(file => file.Path.Contains("segment", StringComparison.Ordinal)).Path;
        Files.Flip(path, 20, 3);
        Assert.Equal([(DamagedPart.Segment, path, 0L, (long)Block)], Found(await Pool.ScrubAsync()));
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!, 29 * Block));
    }

    [Fact]
    public async Task A_leak_is_found_and_given_back()
    {
        Prepare();
        Pool.Liveness.Born(Location.Of(LocationKind.Block, 1, 1), 1); // The header of a batch: nobody needs it.
        Assert.Equal(Block, (await Pool.ScrubAsync()).LeakedBytes);
        Assert.Equal(0, (await Pool.ScrubAsync()).LeakedBytes);
    }

    [Fact]
    public async Task It_keeps_to_its_rate_tells_how_far_it_is_and_ends_when_told()
    {
        Prepare();
        var start = Stopwatch.GetTimestamp();
        var report = await Pool.ScrubAsync(4 << 20);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds >= (report.CheckedBytes - Leaf) / (4.0 * (1 << 20)), "It was faster than allowed.");
        using var stop = new CancellationTokenSource();
        var told = new Progress(stop.Cancel);
        var cut = await Pool.ScrubAsync(progress: told, cancel: stop.Token);
        Assert.False(cut.IsComplete);
        Assert.InRange(cut.CheckedBytes, 0, report.CheckedBytes - 1);
        Assert.True(told.Last.TotalBytes > 0);
    }

    [Fact]
    public void Any_flipped_bit_is_reported_to_exactly_those_who_cannot_read_it() => Parallel.For(0, 150, seed =>
    {
        var (random, files) = (new Random(seed), new SimulatedFileSystem(seed));
        using var session = new PoolSession(files, "/pool", Options);
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        for (var i = 0; i < 50; i++)
            model.Run(history.Next(model.Current), session);
        session.Reopen();
        for (var i = 0; i < 3; i++)
        {
            var segments = files.Files.Where(file => file.Path.Contains("segment", StringComparison.Ordinal) && file.LengthBytes > 0).ToList();
            if (segments.Count == 0) return;
            var (path, lengthBytes) = segments[random.Next(segments.Count)];
            files.Flip(path, random.NextInt64(lengthBytes), random.Next(8));
        }
        var report = session.Pool.ScrubAsync().Result;
        foreach (var (name, device, state) in PoolComparison.Pairs(session.Pool, model.Current))
        {
            var (part, own) = device is PoolDisk disk ? (DamagedPart.Disk, disk.Name) : (DamagedPart.Snapshot, ((LocalSnapshot)device).Name);
            var damaged = report.Damage.Where(range => range.Part == part && range.Name == own).ToList();
            foreach (var lba in state.Blocks.Keys)
            {
                var at = lba * Block;
                var reads = true;
                try { device.Read(at, new byte[Block]); }
                catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { reads = false; }
                Assert.True(reads != damaged.Exists(range => at >= range.OffsetBytes && at < range.OffsetBytes + range.LengthBytes), $"Seed {seed}: {name}, byte {at}: {(reads ? "reads, but is" : "does not read, and is not")} said to be damaged.");
            }
        }
    });

    [Fact]
    public async Task Beside_writes_snapshots_deletes_and_reclaim_it_finds_no_damage_that_is_not_there()
    {
        const int blocks = 1024;
        var disks = Enumerable.Range(0, 3).Select(i => Pool.CreateDisk($"d{i}", blocks * Block)).ToArray();
        using var done = new CancellationTokenSource();
        var reclaiming = Task.Run(() =>
        {
            while (!done.IsCancellationRequested) Pool.Reclaim();
        });
        var writing = Task.Run(() => Parallel.For(0, disks.Length, new ParallelOptions { MaxDegreeOfParallelism = disks.Length }, thread =>
        {
            var random = new Random(thread);
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                if (i % 40 == 39) disks[thread].Trim(random.Next(4) * Leaf, Leaf);
                else disks[thread].Write(random.Next(blocks) * Block, Filled((byte)random.Next(1, 256)));
                if (i % 60 == 20) Pool.TakeSnapshot($"d{thread}", $"s{thread}");
                if (i % 60 == 50) Pool.DeleteSnapshot($"s{thread}");
                if (i % 100 == 99) Pool.Checkpoint();
            }
        }));
        for (var i = 0; i < 30; i++)
        {
            var report = await Pool.ScrubAsync();
            Assert.Empty(report.Damage);
            Assert.True(report.LeakedBytes == 0, $"{report.LeakedBytes} bytes were leaked.");
        }
        await done.CancelAsync();
        await Task.WhenAll(reclaiming, writing);
    }

    private void Prepare()
    {
        var disk = Pool.CreateDisk("a", 2 * Leaf);
        disk.Write(0, Filled(1, 100 * Block));
        Pool.TakeSnapshot("a", "s");
        disk.Write(0, Filled(2, 20 * Block));
        var clone = Pool.CloneDisk("s", "b", 8 * Leaf);
        clone.Write(1000 * Block, Filled(3, 20 * Block));
        clone.Write(5 * Leaf, Filled(4, 20 * Block));
        Pool.Checkpoint();
    }

    private void Flip(Location location) => Files.Flip(Pool.Segments.PathOf(location.Segment), location.Block * (long)Block + 77, 2);

    private static IEnumerable<(DamagedPart, string, long, long)> Found(ScrubReport report) =>
        report.Damage.Select(range => (range.Part, range.Name, range.OffsetBytes, range.LengthBytes));

    private sealed class Progress(Action first) : IProgress<ScrubProgress>
    {
        public ScrubProgress Last { get; private set; }

        public void Report(ScrubProgress value)
        {
            Last = value;
            first();
        }
    }
}
