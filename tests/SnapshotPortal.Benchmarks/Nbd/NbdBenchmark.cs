using System.Globalization;
using SnapshotPortal.Benchmarks.Backups;

namespace SnapshotPortal.Benchmarks.Nbd;

/// <summary>Our NBD server against others, by fio's nbd engine over Unix sockets: <c>./dev bench-nbd</c>.</summary>
/// <remarks>In each round every workload runs on every server, turn by turn, and who goes first changes; figures are medians over the rounds, ratios those of medians.</remarks>
internal sealed class NbdBenchmark
{
    public const string Argument = "--nbd";
    public const string Qcow2 = "qemu-nbd qcow2";
    public const string NbdkitFile = "nbdkit file";
    public const string NbdkitMemory = "nbdkit memory";
    private const string Ours = "ours pool";
    private const string OursEncrypted = "ours encrypted";
    private const string OursMemory = "ours memory";
    private const string Usage = "--nbd [--rounds N] [--seconds S] [--size MIB] [--directory PATH] [--only TEXT]";

    private readonly Dictionary<(string Row, string Contender), List<double>> figures = [];
    private readonly int rounds;
    private readonly double seconds;
    private readonly long diskBytes;
    private readonly string only;

    private NbdBenchmark(int rounds, double seconds, long diskBytes, string only) => (this.rounds, this.seconds, this.diskBytes, this.only) = (rounds, seconds, diskBytes, only);

    public static int Run(string[] args)
    {
        var options = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.Ordinal);
        if (args.Length % 2 != 0 || options.Keys.Except(["--rounds", "--seconds", "--size", "--directory", "--only"], StringComparer.Ordinal).Any())
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        var room = Directory.CreateDirectory(Path.Combine(options.GetValueOrDefault("--directory", Path.GetTempPath()), $"bench-nbd-{Environment.ProcessId}"));
        try
        {
            new NbdBenchmark((int)Number("--rounds", 3), Number("--seconds", 1), (long)Number("--size", 512) << 20, options.GetValueOrDefault("--only", "")).Run(room.FullName);
            return 0;
        }
        finally
        {
            room.Delete(recursive: true);
        }

        double Number(string name, double otherwise) => options.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    private void Run(string room)
    {
        string[] names = [Ours, Qcow2, NbdkitFile, OursMemory, NbdkitMemory, OursEncrypted];
        var contenders = names.Where(IsThere).Select(name => new NbdContender(name, room, diskBytes)).ToArray();
        try
        {
            foreach (var contender in contenders)
            {
                Fio.Fill(contender, diskBytes);
                Fio.Workloads[1].Measure(contender, diskBytes, 1);
                Fio.Workloads[4].Measure(contender, diskBytes, 1);
            }
            for (var round = 0; round < rounds; round++)
            {
                foreach (var workload in Fio.Workloads.Where(workload => workload.Name.Contains(only, StringComparison.Ordinal)))
                    for (var i = 0; i < contenders.Length; i++) Measure(workload, contenders[(i + round) % contenders.Length]);
                if (only.Length == 0) MeasureAfterSnapshot(contenders, round);
            }
        }
        finally
        {
            foreach (var contender in contenders) contender.Dispose();
        }
        Print(Console.Out);
    }

    private static bool IsThere(string name)
    {
        if (name.StartsWith("ours", StringComparison.Ordinal) || ChildProcess.IsInstalled(name.Split(' ')[0])) return true;
        Console.WriteLine($"{name} is not installed, so it is missing below.");
        return false;
    }

    private void Measure(Fio workload, NbdContender contender)
    {
        if (contender.Name == OursEncrypted && !workload.Name.Contains("random", StringComparison.Ordinal)) return;
        var (figure, microseconds) = workload.Measure(contender, diskBytes, seconds);
        Note(workload.Name, contender.Name, figure);
        if (workload.IsForProcessorTime) Note(Processor(workload), contender.Name, microseconds);
    }

    private void MeasureAfterSnapshot(NbdContender[] contenders, int round)
    {
        foreach (var workload in new[] { Fio.Workloads[3], Fio.Workloads[4] })
            foreach (var contender in contenders.Where(contender => contender.Name is Ours or Qcow2))
            {
                Note(Before(workload), contender.Name, workload.Measure(contender, diskBytes, seconds).Figure);
                contender.TakeSnapshot(2 * round + (workload == Fio.Workloads[3] ? 0 : 1));
                Note(After(workload), contender.Name, workload.Measure(contender, diskBytes, seconds).Figure);
            }
    }

    private static string Processor(Fio workload) => $"µs of processor a request, both ends: {workload.Name}";

    private static string Before(Fio workload) => $"{workload.Name}, just before a snapshot";

    private static string After(Fio workload) => $"{workload.Name}, right after a snapshot";

    private void Note(string row, string contender, double figure)
    {
        if (!figures.TryGetValue((row, contender), out var list)) figures[(row, contender)] = list = [];
        list.Add(figure);
    }

    private double Median(string row, string contender)
    {
        if (!figures.TryGetValue((row, contender), out var list)) return double.NaN;
        var sorted = list.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private double Ratio(string row, string contender, string other) => Median(row, contender) / Median(row, other);

    private void Print(TextWriter output)
    {
        output.WriteLine("| workload | ours | qemu-nbd qcow2 | × | nbdkit file | × | ours, encrypted | × | ours, memory | nbdkit memory | × |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var row in figures.Keys.Select(key => key.Row).Distinct(StringComparer.Ordinal))
        {
            var unit = Fio.Workloads.FirstOrDefault(workload => row.StartsWith(workload.Name, StringComparison.Ordinal))?.Unit;
            output.WriteLine($"| {row}{(unit is null ? "" : $", {unit}")} | {Text(Median(row, Ours))} | {Text(Median(row, Qcow2))} | {Text(Ratio(row, Ours, Qcow2))} | {Text(Median(row, NbdkitFile))} | {Text(Ratio(row, Ours, NbdkitFile))} | {Text(Median(row, OursEncrypted))} | {Text(Ratio(row, OursEncrypted, Ours))} | {Text(Median(row, OursMemory))} | {Text(Median(row, NbdkitMemory))} | {Text(Ratio(row, OursMemory, NbdkitMemory))} |");
        }
        output.WriteLine();
        PrintMean(output, Ours, Qcow2, "2.0, none below 0.8");
        PrintMean(output, Ours, NbdkitFile, "1.0");
        PrintMean(output, OursMemory, NbdkitMemory, "0.9");
        PrintMean(output, OursEncrypted, Ours, "0.7");
        foreach (var workload in new[] { Fio.Workloads[3], Fio.Workloads[4] })
        {
            output.WriteLine($"{After(workload)}: {Text(Ratio(After(workload), Ours, Qcow2))} × {Qcow2} (goal 15), {Text(Median(After(workload), Ours) / Median(Before(workload), Ours))} × ours before (goal 0.95)");
        }
    }

    private void PrintMean(TextWriter output, string contender, string other, string goal)
    {
        var ratios = Fio.Workloads.Select(workload => Ratio(workload.Name, contender, other)).Where(double.IsFinite).ToArray();
        if (ratios.Length > 0) output.WriteLine($"{contender} against {other}: geometric mean {Text(Math.Exp(ratios.Average(Math.Log)))} ×, least {Text(ratios.Min())} × (goal {goal})");
    }

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString(value >= 100 ? "#,0" : "0.00", CultureInfo.InvariantCulture);
}
