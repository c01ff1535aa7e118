using System.Diagnostics;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Benchmarks;

/// <summary>How long a large pool takes to open after a clean close, and after a kill. Its content is all zeroes, which the file system leaves out.</summary>
internal static class OpeningBenchmark
{
    private const int Disks = 1000;

    public static void Run(BenchmarkOptions options)
    {
        var quick = options.DiskBytes < 512L << 20;
        var diskBytes = (quick ? 2L << 30 : 100L << 30) / Disks / (1 << 20) * (1 << 20);
        var room = Directory.CreateDirectory(Path.Combine(options.Directory, $"snapshot-portal-open-{Environment.ProcessId}")).FullName;
        var measurements = new Measurements();
        try
        {
            Fill(room, diskBytes);
            for (var round = 0; round < Math.Max(2, options.Rounds); round++)
            {
                var start = Stopwatch.GetTimestamp();
                using var pool = Open(room);
                measurements.Add($"opening {Disks} disks, {diskBytes * Disks >> 20} MiB of content, after a clean close", "ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                start = Stopwatch.GetTimestamp();
                pool.Disks[Disks / 2].Read(diskBytes / 2, new byte[Limits.BlockBytes]);
                measurements.Add("the first read behind it", "ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                start = Stopwatch.GetTimestamp();
                var space = pool.MeasureSpace();
                measurements.Add("measuring its space", "ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                measurements.Add("content", "MiB", space.ContentBytes / 1048576.0);
                start = Stopwatch.GetTimestamp();
                pool.Dispose();
                measurements.Add("closing it unchanged", "ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        finally
        {
            Directory.Delete(room, recursive: true);
        }
        measurements.Print(Console.Out);
    }

    private static void Fill(string room, long diskBytes)
    {
        using var pool = Open(room);
        var zeroes = new byte[1 << 20];
        for (var i = 0; i < Disks; i++)
        {
            var disk = pool.CreateDisk($"disk {i}", diskBytes);
            for (var at = 0L; at < diskBytes; at += zeroes.Length) disk.Write(at, zeroes);
            if (i % 10 == 0) pool.TakeSnapshot(disk.Name, $"snapshot {i}");
        }
        pool.MeasureSpace(); // Now it is known what is in use, and kept for the next opening.
    }

    private static Pool Open(string room) => Pool.Open(new HollowFileSystem(), Path.Combine(room, "pool"), new PoolOptions());
}
