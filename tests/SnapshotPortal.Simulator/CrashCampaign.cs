using System.Collections.Concurrent;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>Runs many seeds over all cores.</summary>
public static class CrashCampaign
{
    private static readonly TimeSpan SeedTimeMax = TimeSpan.FromMinutes(1);

    /// <summary>Runs the seeds until all are done or so many have failed; returns the failures and how much was tried.</summary>
    public static (IReadOnlyList<CrashResult> Failures, long Seeds, CrashCounts Counts) Run(
        long from, long count, int failuresMax, SimulatedLies lies = SimulatedLies.None, Action<long>? progress = null)
    {
        var failures = new ConcurrentQueue<CrashResult>();
        var running = new ConcurrentDictionary<long, long>();
        var (next, done) = (from - 1, 0L);
        var (counts, guard) = (default(CrashCounts), new Lock());
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work) { IsBackground = true }).ToList();
        workers.ForEach(worker => worker.Start());
        foreach (var worker in workers)
        {
            while (!worker.Join(TimeSpan.FromSeconds(1)))
            {
                progress?.Invoke(Interlocked.Read(ref done));
                // A seed that does not end would hold up everything: its thread is left behind.
                var hung = running.FirstOrDefault(seed => Environment.TickCount64 - seed.Value > SeedTimeMax.TotalMilliseconds);
                if (hung.Value != 0)
                    return ([.. failures, new(hung.Key, $"It has not ended within {SeedTimeMax}.", [], default)], done, counts);
            }
        }

        return ([.. failures], done, counts);

        void Work()
        {
            for (long seed; failures.Count < failuresMax && (seed = Interlocked.Increment(ref next)) < from + count;)
            {
                running[seed] = Environment.TickCount64;
                var result = CrashRun.Run(seed, lies);
                running.TryRemove(seed, out var _);
                Interlocked.Increment(ref done);
                lock (guard)
                    counts += result.Counts;
                if (result.Difference is not null)
                    failures.Enqueue(result);
            }
        }
    }
}
