using System.Diagnostics;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Benchmarks;

/// <summary>What is done to a device, and how fast it went.</summary>
internal static class Workload
{
    private const int LargeBytes = 1 << 20;

    /// <summary>MiB per second of writing the whole device, 1 MiB at a time.</summary>
    public static double SequentialWrite(IBlockDevice device)
    {
        var bytes = Noise(LargeBytes, 1);
        return MebibytesPerSecond(device, at => device.Write(at, bytes));
    }

    /// <summary>MiB per second of reading the whole device, 1 MiB at a time.</summary>
    public static double SequentialRead(IBlockDevice device)
    {
        var bytes = new byte[LargeBytes];
        return MebibytesPerSecond(device, at => device.Read(at, bytes));
    }

    /// <summary>4 KiB writes per second at random places by so many threads, with a flush after every <paramref name="flushEvery"/> of all (0: none).</summary>
    public static double RandomWrite(IBlockDevice device, int operations, int threads, int flushEvery, int seed)
    {
        var done = 0;
        return PerSecond(operations, threads, seed, (random, block) =>
        {
            device.Write(AnyBlock(device, random), block);
            if (flushEvery > 0 && Interlocked.Increment(ref done) % flushEvery == 0)
                device.Flush();
        });
    }

    /// <summary>4 KiB reads per second at random places by so many threads.</summary>
    public static double RandomRead(IBlockDevice device, int operations, int threads, int seed) =>
        PerSecond(operations, threads, seed, (random, block) => device.Read(AnyBlock(device, random), block));

    /// <summary>Likewise, without flushes; returns writes per second, and the time within which 99 of 100 returned, in microseconds.</summary>
    public static (double PerSecond, double PercentileMicroseconds) TimedRandomWrite(IBlockDevice device, long operations, int threads)
    {
        var times = new long[threads][];
        var start = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            var (random, block) = (new Random(thread), Noise(Limits.BlockBytes, thread));
            times[thread] = new long[operations / threads];
            for (var i = 0; i < times[thread].Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                device.Write(AnyBlock(device, random), block);
                times[thread][i] = Stopwatch.GetTimestamp() - began;
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        var rate = operations / threads * threads / Stopwatch.GetElapsedTime(start).TotalSeconds;
        long[] all = [.. times.SelectMany(time => time).Order()];
        return (rate, all[(int)(all.Length * 0.99)] * 1e6 / Stopwatch.Frequency);
    }

    /// <summary>Writes at random places until told to stop; counts the writes, and returns how long the longest took.</summary>
    public static TimeSpan WriteUntil(IBlockDevice device, int seed, ref long writes, CancellationToken stop)
    {
        var random = new Random(seed);
        var block = Noise(Limits.BlockBytes, seed);
        var longest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            device.Write(AnyBlock(device, random), block);
            var took = Stopwatch.GetElapsedTime(start);
            longest = took > longest ? took : longest;
            Interlocked.Increment(ref writes);
        }

        return longest;
    }

    public static long AnyBlock(IBlockDevice device, Random random) => random.NextInt64(device.LengthBytes / Limits.BlockBytes) * Limits.BlockBytes;

    public static byte[] Noise(int lengthBytes, int seed)
    {
        var bytes = new byte[lengthBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static double MebibytesPerSecond(IBlockDevice device, Action<long> request)
    {
        var start = Stopwatch.GetTimestamp();
        for (var at = 0L; at < device.LengthBytes; at += LargeBytes)
            request(at);
        return device.LengthBytes / (double)LargeBytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double PerSecond(int operations, int threads, int seed, Action<Random, byte[]> request)
    {
        using var begin = new Barrier(threads + 1);
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            var random = new Random(seed * 1000 + thread);
            var block = Noise(Limits.BlockBytes, thread);
            begin.SignalAndWait();
            for (var i = 0; i < operations / threads; i++)
                request(random, block);
        })).ToList();
        workers.ForEach(worker => worker.Start());
        begin.SignalAndWait();
        var start = Stopwatch.GetTimestamp();
        workers.ForEach(worker => worker.Join());
        return operations / threads * threads / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
