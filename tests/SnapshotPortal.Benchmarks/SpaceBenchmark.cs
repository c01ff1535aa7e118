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

    /// <summary>Two pools that were written alike, turn by turn.</summary>
    private void WithManySnapshots()
    {
        using var none = Written("none", snapshots: false);
        using var many = Written("many", snapshots: true);
        double[] read = [0, 0], write = [0, 0];
        for (var turn = 0; turn < 5; turn++)
            for (var i = 0; i < 2; i++)
            {
                var disk = (i == 0 ? none : many).FindDisk("disk")!;
                read[i] += 1 / Workload.RandomRead(disk, options.Operations, 1, turn);
                write[i] += 1 / Workload.RandomWrite(disk, options.Operations / 4, 1, 0, turn);
                disk.Flush();
            }
        measurements.Add($"random read 4 KiB, {ManySnapshots} snapshots of the disk, against none", "1/s", 5 / read[1], 5 / read[0]);
        measurements.Add($"random write 4 KiB, {ManySnapshots} snapshots of the disk, against none", "1/s", 5 / write[1], 5 / write[0]);
    }

    private Pool Written(string name, bool snapshots)
    {
        var pool = Pool.Open(OsFileSystem.Instance, Path.Combine(directory, name), new PoolOptions());
        var disk = pool.CreateDisk("disk", options.DiskBytes);
        Workload.SequentialWrite(disk);
        var (random, block) = (new Random(1), Workload.Noise(Limits.BlockBytes, 1));
        for (var i = 0; i < ManySnapshots; i++)
        {
            for (var j = 0; j < 16; j++) disk.Write(Workload.AnyBlock(disk, random), block);
            if (snapshots) pool.TakeSnapshot("disk", $"{i}");
        }
        pool.Checkpoint();
        // Once around: pages that are copied behind a snapshot are no steady state.
        for (var at = 0L; at < disk.LengthBytes; at += 1 << 20) disk.Write(at, block);
        disk.Flush();
        return pool;
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
