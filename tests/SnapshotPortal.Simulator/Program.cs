using System.Diagnostics;
using System.Globalization;
using SnapshotPortal.Simulator;

const string usage = """
    crash [--count N] [--from M]     N seeds (10000) from M (0) over all cores
    crash --seed N [--trace]         one seed again; --trace tells every operation on files
    crash --exhaustive               every history of one or two operations, cut and failed at every operation on files
    crash --history N                one of these again
    crash --flips [N]                every N-th bit (1) of what a pool stores turned over
    crash --kill [N]                 real processes on real files, killed N times (200)
    crash --mutants                  whether each bug that can be planted is found
    crash --mutant NAME [...]        any of the above, or the search that finds it, with that bug planted
    """;

if (args is ["fuzz", .. var target])
    return await FuzzCommand.RunAsync(target);

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 1; i < args.Length; i++)
    options[args[i]] = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "";
var known = new[] { "--count", "--from", "--seed", "--trace", "--exhaustive", "--history", "--flips", "--mutants", "--mutant", "--kill", "--kill-child", "--operations" };
if (args is not ["crash", ..] || options.Keys.Except(known, StringComparer.Ordinal).Any())
    return Misunderstood("");

// Before anything of the engine is touched: it looks once.
if (options.TryGetValue("--mutant", out var mutant) && !MutantHunt.Plant(mutant))
    return Misunderstood($"There is no mutant {mutant}. There are: {string.Join(", ", MutantHunt.Names)}\n");
try
{
    return options switch
    {
        _ when options.TryGetValue("--kill-child", out var directory) => WorkUntilKilled(directory),
        _ when options.ContainsKey("--kill") => Kill(options["--kill"] is "" ? 200 : (int)Number("--kill", 0)),
        _ when options.ContainsKey("--seed") => Replay(Number("--seed", 0)),
        _ when options.ContainsKey("--history") => ReplayHistory((int)Number("--history", 0)),
        _ when options.ContainsKey("--exhaustive") => RunShortHistories(),
        _ when options.ContainsKey("--flips") => FlipBits(options["--flips"] is "" ? 1 : (int)Number("--flips", 1)),
        _ when options.ContainsKey("--mutants") => HuntAll(),
        _ when mutant is not null && !options.ContainsKey("--count") => Hunt(),
        _ => RunMany(Number("--from", 0), Number("--count", 10_000)),
    };
}
catch (FormatException e)
{
    return Misunderstood($"{e.Message}\n");
}

int Misunderstood(string why)
{
    Console.Error.WriteLine(why + usage);
    return 2;
}

long Number(string name, long otherwise) =>
    !options.TryGetValue(name, out var text) ? otherwise
    : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
    : throw new FormatException($"{name} needs a number, not '{text}'.");

int WorkUntilKilled(string directory)
{
    KillRounds.RunChild(directory, (int)Number("--seed", 0), (ulong)Number("--operations", 0));
    return 1;
}

int Kill(int rounds)
{
    var directory = Directory.CreateTempSubdirectory("kill-").FullName;
    var (difference, acknowledged) = KillRounds.Run(directory, (int)Number("--seed", 0), rounds);
    Console.WriteLine(difference is null ? $"{rounds} processes killed behind {acknowledged} operations; all are there." : $"{difference}\nThe pool is in {directory}.");
    if (difference is null)
        Directory.Delete(directory, recursive: true);
    return difference is null ? 0 : 1;
}

int Replay(long seed)
{
    var result = CrashRun.Run(seed, trace: options.ContainsKey("--trace") ? Console.WriteLine : null);
    TellHistory(result.History);
    Console.WriteLine(result.Difference is null ? $"Seed {seed}: as it should be." : Failure(result));
    return result.Difference is null ? 0 : 1;
}

int ReplayHistory(int number)
{
    var (difference, history, ends) = ShortHistories.Run(number);
    TellHistory(history);
    Console.WriteLine(difference ?? $"History {number}: as it should be with all its {ends} ends.");
    return difference is null ? 0 : 1;
}

int RunMany(long from, long count)
{
    var clock = Stopwatch.StartNew();
    var (failures, seeds, counts) = CrashCampaign.Run(from, count, failuresMax: 5, progress: done =>
    {
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{done} of {count} seeds ");
    });
    foreach (var failure in failures)
    {
        TellHistory(failure.History);
        Console.WriteLine(Failure(failure));
    }

    Console.WriteLine($"{seeds} seeds, {counts.Crashes} crashes, {counts.CutRecoveries} of {counts.Recoveries} recoveries cut again, {failures.Count} failures in {clock.Elapsed.TotalSeconds:0.0} s");
    return failures.Count == 0 ? 0 : 1;
}

static int RunShortHistories()
{
    var clock = Stopwatch.StartNew();
    var (failures, ends) = ShortHistories.RunAll();
    foreach (var failure in failures)
        Console.WriteLine($"{failure}\n");
    Console.WriteLine($"{ShortHistories.Count} histories, {ends} ends, {failures.Count} failures in {clock.Elapsed.TotalSeconds:0.0} s");
    return failures.Count == 0 ? 0 : 1;
}

static int FlipBits(int stride)
{
    var clock = Stopwatch.StartNew();
    var (failure, bits) = BitFlips.RunAll(stride, bitsOfData: 100_000);
    Console.WriteLine(failure ?? $"{bits} bits turned over, none without notice or harmless, in {clock.Elapsed.TotalSeconds:0.0} s");
    return failure is null ? 0 : 1;
}

static int Hunt()
{
    var (found, how) = MutantHunt.Run();
    Console.WriteLine(how);
    return found ? 0 : 1;
}

static int HuntAll()
{
    var missed = 0;
    foreach (var (name, how, seconds) in MutantHunt.RunAll())
    {
        missed += how is null ? 1 : 0;
        Console.WriteLine($"{name,-24} {seconds,5:0.0} s  {how ?? "NOT FOUND"}");
    }

    Console.WriteLine($"{MutantHunt.Names.Count} mutants, {missed} not found");
    return missed == 0 ? 0 : 1;
}

static void TellHistory(IReadOnlyList<string> history)
{
    foreach (var line in history)
        Console.WriteLine(line);
}

static string Failure(CrashResult result) => $"Seed {result.Seed}: {result.Difference}\nReplay it with: ./dev crash --seed {result.Seed}\n";
