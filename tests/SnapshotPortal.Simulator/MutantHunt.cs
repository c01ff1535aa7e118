using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Simulator;

/// <summary>Plants each bug that the engine knows (its <c>Mutant</c>) and looks whether the simulation finds it.</summary>
public static class MutantHunt
{
    private const int SeedsMax = 4_000;
    private const int HistoriesPerRound = 15;
    private const int SeedsPerRound = 100;

    // Only what hangs takes so long: the rarest bug shows after some 1,600 seeds, a minute of a core.
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(20);

    /// <summary>The bugs.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(Mutant).GetFields(BindingFlags.Static | BindingFlags.Public).Where(field => field.FieldType == typeof(bool)).Select(field => field.Name)];

    /// <summary>Plants one in this process, before the engine is used; false where there is none of that name.</summary>
    public static bool Plant(string name)
    {
        AppContext.SetData(Mutant.Switch, name);
        return Names.Contains(name);
    }

    /// <summary>Looks for the bug that is planted in this process: whether it was found, and by what.</summary>
    public static (bool Found, string How) Run()
    {
        for (int seed = 0, history = 0; seed < SeedsMax;)
        {
            // A seed costs little, a history much more.
            for (var end = seed + SeedsPerRound; seed < end; seed++)
            {
                if (CrashRun.Run(seed).Difference is { } difference)
                    return (true, $"--seed {seed}: {difference}");
            }

            if (history == 0 && BitFlips.RunAll(stride: 5000, bitsOfData: 1000).Failure is { } inFlips)
                return (true, $"--flips: {inFlips}");
            for (var end = Math.Min(history + HistoriesPerRound, ShortHistories.Count); history < end; history++)
            {
                if (ShortHistories.Run(history).Difference is { } inHistory)
                    return (true, $"--history {history}: {inHistory}");
            }
        }

        return (false, $"{SeedsMax} seeds and {ShortHistories.Count} histories found nothing.");
    }

    /// <summary>Hunts each bug in a process of its own, as many at once as there are cores: what found it, or null.</summary>
    public static IEnumerable<(string Name, string? How, double Seconds)> RunAll()
    {
        var results = new BlockingCollection<(string Name, string? How, double Seconds)>();
        _ = Task.Run(() =>
        {
            Parallel.ForEach(Partitioner.Create(Names, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, name =>
            {
                var clock = Stopwatch.StartNew();
                var how = RunInChild(name);
                results.Add((name, how, clock.Elapsed.TotalSeconds));
            });
            results.CompleteAdding();
        });
        return results.GetConsumingEnumerable();
    }

    /// <summary>Hunts one bug in a process of its own.</summary>
    public static string? RunInChild(string name)
    {
        using var child = Process.Start(Simulator(["crash", "--mutant", name]))!;
        var output = child.StandardOutput.ReadToEndAsync();
        if (!child.WaitForExit(TimeMax))
            child.Kill();
        child.WaitForExit();
        return child.ExitCode == 0 ? output.Result.Split('\n')[0] : null;
    }

    /// <summary>This program with other arguments.</summary>
    internal static ProcessStartInfo Simulator(IEnumerable<string> arguments) =>
        new("dotnet", [typeof(MutantHunt).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
}
