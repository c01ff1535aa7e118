using System.Diagnostics;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Benchmarks;

/// <summary>A whole pool against plain files on the same file system, in the same process, turn by turn.</summary>
internal sealed class PoolBenchmark
{
    private const int Depth = 32;
    private readonly BenchmarkOptions options;
    private readonly Measurements measurements;
    private readonly string directory;
    private readonly int round;

    private PoolBenchmark(BenchmarkOptions options, Measurements measurements, string directory, int round) =>
        (this.options, this.measurements, this.directory, this.round) = (options, measurements, directory, round);

    public static void Run(BenchmarkOptions given)
    {
        var all = new Measurements();
        // The first time is for the compiler, which makes fast code only of what has run for a while.
        for (var turn = -1; turn < given.Rounds; turn++)
        {
            var room = Directory.CreateDirectory(Path.Combine(given.Directory, $"snapshot-portal-bench-{Environment.ProcessId}-{turn}")).FullName;
            try
            {
                if (turn < 0)
                    new PoolBenchmark(given.Small(), new Measurements(), room, 0).Measure();
                else
                    new PoolBenchmark(given, all, room, turn).Measure();
            }
            finally
            {
                Directory.Delete(room, recursive: true);
            }

            Console.Error.WriteLine(turn < 0 ? "Warm." : $"Round {turn + 1} of {given.Rounds} is done.");
        }

        all.Print(Console.Out);
    }

    private void Measure()
    {
        using var pool = Pool.Open(OsFileSystem.Instance, Path.Combine(directory, "pool"), new PoolOptions());
        using var plain = new PlainFile(Path.Combine(directory, "plain"), options.DiskBytes);
        var disk = pool.CreateDisk("disk", options.DiskBytes);

        // The side that goes first changes with the round: what it leaves behind in the caches must not always help the same one.
        Compare("sequential write, 1 MiB", "MiB/s", disk, plain, Workload.SequentialWrite);
        Compare("sequential read, 1 MiB, warm", "MiB/s", disk, plain, Workload.SequentialRead);
        Compare("random read 4 KiB, warm, 1 thread", "1/s", disk, plain, device => Workload.RandomRead(device, options.Operations, 1, round));
        Compare($"random read 4 KiB, warm, {Depth} threads", "1/s", disk, plain, device => Workload.RandomRead(device, options.Operations, Depth, round));
        Compare("random write 4 KiB, 1 thread", "1/s", disk, plain, device => Workload.RandomWrite(device, options.Operations, 1, 0, round));
        Compare($"random write 4 KiB, {Depth} threads", "1/s", disk, plain, device => Workload.RandomWrite(device, options.Operations, Depth, 0, round));
        Compare($"random write 4 KiB, {Depth} threads, flush every 32", "1/s", disk, plain, device => Workload.RandomWrite(device, options.Operations / 4, Depth, 32, round));
        Compare("write 4 KiB + flush, 1 thread", "1/s", disk, plain, device => Workload.RandomWrite(device, options.Operations / 60, 1, 1, round));
        AroundASnapshot(pool, disk);
        Allocations(disk);
        SnapshotsUnderLoad(pool, "1 GiB", 1L << 30);
        SnapshotsUnderLoad(pool, "16 TiB", 16L << 40);
        new SpaceBenchmark(options, measurements, directory).Measure();
    }

    private void Compare(string what, string unit, IBlockDevice pool, IBlockDevice plain, Func<IBlockDevice, double> workload)
    {
        var poolFirst = round % 2 == 0;
        var first = Settled(poolFirst ? pool : plain, workload);
        var second = Settled(poolFirst ? plain : pool, workload);
        measurements.Add(what, unit, poolFirst ? first : second, poolFirst ? second : first);
    }

    /// <summary>Runs a workload with nothing left to be written back from the one before, so that nobody pays for another.</summary>
    private static double Settled(IBlockDevice device, Func<IBlockDevice, double> workload)
    {
        var result = workload(device);
        device.Flush();
        return result;
    }

    /// <summary>Turn by turn, so that what else changes with time is on both sides.</summary>
    private void AroundASnapshot(Pool pool, PoolDisk disk)
    {
        double Seconds(int seed) => options.Operations / Settled(disk, device => Workload.RandomWrite(device, options.Operations, 1, 0, seed));
        var (before, after) = (0.0, 0.0);
        for (var turn = 0; turn < 5; turn++)
        {
            before += Seconds(2 * turn);
            pool.TakeSnapshot("disk", "between");
            after += Seconds(2 * turn + 1);
            pool.DeleteSnapshot("between");
        }

        measurements.Add("random write 4 KiB right after a snapshot, against before", "1/s", 5 * options.Operations / after, 5 * options.Operations / before);
    }

    private void Allocations(PoolDisk disk)
    {
        var (random, block) = (new Random(1), new byte[Limits.BlockBytes]);
        // Once around first: map pages that are made in a new epoch are no steady state.
        for (var at = 0L; at < disk.LengthBytes; at += 1 << 20)
            disk.Write(at, block);
        foreach (var (what, request) in new (string, Action)[] { ("read", () => disk.Read(Workload.AnyBlock(disk, random), block)), ("write", () => disk.Write(Workload.AnyBlock(disk, random), block)) })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < options.Operations; i++)
                request();
            measurements.Add($"bytes allocated by a 4 KiB {what}", "B", (GC.GetAllocatedBytesForCurrentThread() - before) / (double)options.Operations);
        }
    }

    private void SnapshotsUnderLoad(Pool pool, string size, long lengthBytes)
    {
        const int WritesBetween = 1000;
        var disk = pool.CreateDisk(size, lengthBytes);
        using var stop = new CancellationTokenSource();
        var longest = new TimeSpan[2];
        var writes = 0L;
        var writers = Enumerable.Range(0, longest.Length).Select(i => new Thread(() => longest[i] = Workload.WriteUntil(disk, i, ref writes, stop.Token))).ToList();
        writers.ForEach(writer => writer.Start());
        var took = new List<double>();
        for (var i = 0; i < options.Snapshots; i++)
        {
            for (var next = Volatile.Read(ref writes) + WritesBetween; Volatile.Read(ref writes) < next;) Thread.Yield();
            took.Add(Milliseconds(() => pool.TakeSnapshot(size, $"{size} {i}")));
        }

        stop.Cancel();
        writers.ForEach(writer => writer.Join());
        took.Sort();
        measurements.Add($"local snapshot of {size} under 2 writers, median", "ms", took[took.Count / 2]);
        measurements.Add($"local snapshot of {size} under 2 writers, p99", "ms", took[(int)(took.Count * 0.99)]);
        measurements.Add($"longest write meanwhile, {size}", "ms", longest.Max(time => time.TotalMilliseconds));
        measurements.Add($"flush that makes the last of them durable, {size}", "ms", Milliseconds(pool.Flush));
        pool.DeleteDisk(size);
        for (var i = 0; i < options.Snapshots; i++)
            pool.DeleteSnapshot($"{size} {i}");
    }

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
