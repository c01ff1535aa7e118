using System.Diagnostics;
using System.Globalization;
using SnapshotPortal.Simulator;

const string usage = """
    crash --seed N [--trace]            replay one seed; --trace tells every operation on files
    crash [--count N] [--from M]        run N seeds (10000) from M (0) over all cores
    """;

if (args is not ["crash", ..])
{
    Console.Error.WriteLine(usage);
    return 2;
}

long? seed = null;
var (count, from, trace) = (10_000L, 0L, false);
for (var i = 1; i < args.Length; i++)
{
    if (args[i] == "--trace")
    {
        trace = true;
        continue;
    }

    if (args[i] is not ("--seed" or "--count" or "--from") || i + 1 == args.Length || !long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number) || number < 0)
    {
        Console.Error.WriteLine($"{args[i]} is not understood, or needs a number.\n{usage}");
        return 2;
    }

    switch (args[i++])
    {
        case "--seed":
            seed = number;
            break;
        case "--count":
            count = number;
            break;
        default:
            from = number;
            break;
    }
}

return seed is { } one ? Replay(one, trace) : RunMany(from, count);

static int Replay(long seed, bool trace)
{
    var result = CrashRun.Run(seed, trace: trace ? Console.WriteLine : null);
    Tell(result);
    return result.Difference is null ? 0 : 1;
}

static int RunMany(long from, long count)
{
    var clock = Stopwatch.StartNew();
    var (failures, seeds, counts) = CrashCampaign.Run(from, count, failuresMax: 5, progress: done =>
    {
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{done} of {count} seeds ");
    });
    foreach (var failure in failures)
        Tell(failure);
    Console.WriteLine($"{seeds} seeds, {counts.Crashes} crashes, {counts.CutRecoveries} of {counts.Recoveries} recoveries cut again, {failures.Count} failures in {clock.Elapsed.TotalSeconds:0.0} s");
    return failures.Count == 0 ? 0 : 1;
}

static void Tell(CrashResult result)
{
    foreach (var line in result.History)
        Console.WriteLine(line);
    Console.WriteLine(result.Difference is null ? $"Seed {result.Seed}: as it should be." : $"Seed {result.Seed}: {result.Difference}");
    if (result.Difference is not null)
        Console.WriteLine($"Replay it with: ./dev crash --seed {result.Seed}\n");
}
