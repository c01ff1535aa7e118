using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Benchmarks;

/// <summary>What giving back space, and keeping many snapshots, costs the foreground; and how large the files become.</summary>
internal sealed class SpaceBenchmark(BenchmarkOptions options, Measurements measurements, string directory)
{
    private const int Threads = 4;
    private const int TimesOver = 10;
    private const int ManySnapshots = 1000;

    public void Measure()
    {
        var without = Overwrite("without", reclaims: false);
        var with = Overwrite("with", reclaims: true);
        measurements.Add($"random overwrites 4 KiB, {TimesOver} x the disk, reclaim running, against without", "1/s", with.PerSecond, without.PerSecond);
        measurements.Add("their p99, against without", "µs", with.PercentileMicroseconds, without.PercentileMicroseconds);
        measurements.Add("their files at the most, against 1.3 x live data + 1 GiB", "MiB", with.PeakBytes / 1048576.0, (options.DiskBytes * 1.3 + (1L << 30)) / 1048576);
        WithManySnapshots();
    }

    private (double PerSecond, double PercentileMicroseconds, long PeakBytes) Overwrite(string name, bool reclaims)
    {
        var room = Path.Combine(directory, name);
        using var pool = Pool.Open(OsFileSystem.Instance, room, new PoolOptions { BackgroundCheckpoints = reclaims });
        var disk = pool.CreateDisk("disk", options.DiskBytes);
        Workload.SequentialWrite(disk);
        disk.Flush();
        using var stop = new ManualResetEventSlim();
        var peak = 0L;
        var beside = new Thread(() =>
        {
            while (!stop.Wait(100))
            {
                peak = Math.Max(peak, OccupiedBytes(room));
                if (!reclaims && pool.Log.Backlog.WantsCheckpoint) pool.Checkpoint();
            }
        });
        beside.Start();
        var (rate, percentile) = Workload.TimedRandomWrite(disk, TimesOver * options.DiskBytes / Limits.BlockBytes, Threads);
        stop.Set();
        beside.Join();
        return (rate, percentile, Math.Max(peak, OccupiedBytes(room)));
    }

    private void WithManySnapshots()
    {
        using var pool = Pool.Open(OsFileSystem.Instance, Path.Combine(directory, "snapshots"), new PoolOptions());
        var disk = pool.CreateDisk("disk", options.DiskBytes);
        Workload.SequentialWrite(disk);
        var before = Rates();
        var (random, block) = (new Random(1), Workload.Noise(Limits.BlockBytes, 1));
        for (var i = 0; i < ManySnapshots; i++)
        {
            for (var j = 0; j < 16; j++) disk.Write(Workload.AnyBlock(disk, random), block);
            pool.TakeSnapshot("disk", $"{i}");
        }
        pool.Checkpoint();
        var after = Rates();
        measurements.Add($"random read 4 KiB, {ManySnapshots} snapshots of the disk, against none", "1/s", after.Read, before.Read);
        measurements.Add($"random write 4 KiB, {ManySnapshots} snapshots of the disk, against none", "1/s", after.Write, before.Write);

        (double Read, double Write) Rates()
        {
            // Once around first: pages that are copied behind a snapshot are no steady state.
            for (var at = 0L; at < disk.LengthBytes; at += 1 << 20) disk.Write(at, new byte[Limits.BlockBytes]);
            disk.Flush();
            return (Workload.RandomRead(disk, options.Operations, 1, 1), Workload.RandomWrite(disk, options.Operations, 1, 0, 1));
        }
    }

    private static long OccupiedBytes(string directory)
    {
        var bytes = 0L;
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            try { bytes += OsFileSystem.Instance.AllocatedBytes(path); }
            catch (EngineException) when (!File.Exists(path)) { } // Given back meanwhile.
        }
        return bytes;
    }
}
