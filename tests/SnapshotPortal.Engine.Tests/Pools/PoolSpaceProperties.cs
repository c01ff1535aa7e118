using System.Diagnostics;
using System.Globalization;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>After any history the figures are what a look at every block of every version finds, and add up to what the files take.</summary>
public sealed class PoolSpaceProperties
{
    private static PoolOptions Options { get; } = new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false };

    [Fact]
    public void What_each_version_has_alone_and_what_several_share_is_what_a_look_at_every_block_finds() => EverySeed(200, (random, files) =>
    {
        using var session = new PoolSession(files, "/pool", Options);
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        for (var i = 0; i < 60; i++)
        {
            model.Run(history.Next(model.Current), session);
            if (random.Next(6) == 0) AssertSpace(session.Pool, files);
        }
        AssertSpace(session.Pool, files);
        session.Reopen();
        Assert.True(session.Pool.Liveness.IsExact);
        AssertSpace(session.Pool, files);
        Assert.Equal(0, session.Pool.MarkLiveness());
        AssertSpace(session.Pool, files);
    });

    [Fact]
    public void After_a_crash_the_figures_are_found_anew() => EverySeed(60, (random, files) =>
    {
        var session = new PoolSession(files, "/pool", Options);
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        for (var i = 0; i < 40; i++)
            model.Run(history.Next(model.Current), session);
        var after = files.Crash();
        using var recovered = new PoolSession(after, "/pool", Options);
        AssertSpace(recovered.Pool, after);
        Assert.Null(model.SettleAfterPowerCut(recovered.Pool));
        for (var i = 0; i < 20; i++)
            model.Run(history.Next(model.Current), recovered);
        AssertSpace(recovered.Pool, after);
    });

    [Fact]
    public void Deleting_any_set_of_snapshots_frees_what_was_predicted() => EverySeed(200, (random, files) =>
    {
        using var session = new PoolSession(files, "/pool", Options);
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 25; i++)
                model.Run(history.Next(model.Current), session);
            var chosen = model.Current.Snapshots.Keys.Order(StringComparer.Ordinal).Where(_ => random.Next(2) == 0).ToList();
            var before = SettledBlocks(session.Pool);
            var predicted = session.Pool.BytesFreedByDeleting(chosen);
            foreach (var name in chosen.OrderBy(_ => random.Next()))
                model.Run(new PoolOperation.DeleteSnapshot(name), session);
            Assert.Equal(predicted, (before - SettledBlocks(session.Pool)) * Limits.BlockBytes);
        }
    });

    [Fact]
    public void On_a_real_file_system_the_sum_is_what_the_files_occupy()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var directory = Directory.CreateTempSubdirectory("snapshot-portal-space-").FullName;
            try
            {
                using var session = new PoolSession(OsFileSystem.Instance, $"{directory}/pool", Options);
                var (model, history) = (new PoolModel(), new PoolHistory(new Random(seed)));
                for (var i = 0; i < 80; i++)
                {
                    model.Run(history.Next(model.Current), session);
                    if (i % 20 != 19) continue;
                    var space = session.Pool.MeasureSpace();
                    Assert.True(space.TotalBytes == OccupiedBytes($"{directory}/pool"), $"Seed {seed}, operation {i}: {space} against {OccupiedBytes($"{directory}/pool")}");
                }
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static void AssertSpace(Pool pool, SimulatedFileSystem files)
    {
        var space = pool.MeasureSpace();
        var versions = pool.State.Disks().Select(disk => (disk.Name, Kind: 'd', Blocks: BlocksOf(disk.Map, disk)))
            .Concat(pool.State.Snapshots().Select(snapshot => (snapshot.Name, Kind: snapshot.IsHidden ? 'h' : 's', Blocks: BlocksOf(snapshot.Map, snapshot)))).ToList();
        var owners = versions.SelectMany(version => version.Blocks).CountBy(location => location).ToDictionary();
        List<OwnSpace> Own(char kind) => [.. versions.Where(version => version.Kind == kind).Select(version => new OwnSpace(version.Name, version.Blocks.Count(location => owners[location] == 1) * (long)Limits.BlockBytes))];
        Assert.Equal(Own('d'), space.Disks);
        Assert.Equal(Own('s'), space.Snapshots);
        Assert.Equal(Own('h').Sum(own => own.Bytes), space.RetainedBytes);
        Assert.Equal(owners.Count(owner => owner.Value > 1) * (long)Limits.BlockBytes, space.SharedBytes);
        Assert.Equal(AllocatedBytes(files), space.TotalBytes);
        Assert.True(space is { MapBytes: >= 0, LogBytes: >= 0, RoomBytes: >= 0 }, space.ToString());
    }

    private static HashSet<Location> BlocksOf(BlockMap map, IBlockDevice device) =>
        [.. from extent in device is PoolDisk or LocalSnapshot ? DeviceRange.Extents(() => map, 0, device.LengthBytes) : []
            where extent.Kind == ExtentKind.Data
            from block in Enumerable.Range(0, (int)(extent.LengthBytes / Limits.BlockBytes))
            let location = map.Find(extent.OffsetBytes / Limits.BlockBytes + block).Location
            where location.Kind == LocationKind.Block // Not what is in the base only.
            select location];

    /// <summary>The blocks in use once nothing waits for a checkpoint any more.</summary>
    private static long SettledBlocks(Pool pool)
    {
        for (var i = 0; i < 3; i++)
        {
            pool.Checkpoint();
            pool.Reclaim();
        }
        return pool.Liveness.LiveBlocks;
    }

    private static long AllocatedBytes(SimulatedFileSystem files) => files.Files.Sum(file => files.AllocatedBytes(file.Path));

    private static long OccupiedBytes(string directory)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%b", .. Directory.GetFiles(directory)]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        return stat.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(blocks => long.Parse(blocks, CultureInfo.InvariantCulture)) * 512;
    }

    private static void EverySeed(int seeds, Action<Random, SimulatedFileSystem> run) => Parallel.For(0, seeds, seed =>
    {
        try
        {
            run(new Random(seed), new SimulatedFileSystem(seed));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
        }
    });
}
