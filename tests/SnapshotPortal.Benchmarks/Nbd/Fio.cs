using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SnapshotPortal.Benchmarks.Nbd;

/// <summary>A workload of fio's nbd engine.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Unit">What its figure counts.</param>
/// <param name="Arguments">fio's arguments.</param>
internal sealed record Fio(string Name, string Unit, params string[] Arguments)
{
    private const string Thousands = "k/s";
    private const string Mebibytes = "MiB/s";

    /// <summary>All workloads that are compared with every peer.</summary>
    public static IReadOnlyList<Fio> Workloads { get; } =
    [
        new("4 KiB random read, depth 1", Thousands, "--rw=randread", "--bs=4k", "--iodepth=1"),
        new("4 KiB random read, depth 32", Thousands, "--rw=randread", "--bs=4k", "--iodepth=32"),
        new("4 KiB random read, depth 32, 4 connections", Thousands, "--rw=randread", "--bs=4k", "--iodepth=32", "--numjobs=4"),
        new("4 KiB random write, depth 1", Thousands, "--rw=randwrite", "--bs=4k", "--iodepth=1"),
        new("4 KiB random write, depth 32", Thousands, "--rw=randwrite", "--bs=4k", "--iodepth=32"),
        new("4 KiB random write, depth 32, 4 connections", Thousands, "--rw=randwrite", "--bs=4k", "--iodepth=32", "--numjobs=4"),
        new("4 KiB mixed 70/30, depth 32", Thousands, "--rw=randrw", "--rwmixread=70", "--bs=4k", "--iodepth=32"),
        new("1 MiB sequential read, depth 32", Mebibytes, "--rw=read", "--bs=1m", "--iodepth=32"),
        new("1 MiB sequential write, depth 32", Mebibytes, "--rw=write", "--bs=1m", "--iodepth=32"),
        new("4 KiB write + flush, depth 1", Thousands, "--rw=randwrite", "--bs=4k", "--iodepth=1", "--fsync=1"),
        new("4 KiB write + flush, 4 connections", Thousands, "--rw=randwrite", "--bs=4k", "--iodepth=1", "--fsync=1", "--numjobs=4"),
    ];

    /// <summary>Requests of 4 KiB at depth 32 on one connection: what the processor's time is told of.</summary>
    public bool IsForProcessorTime => Name is "4 KiB random read, depth 32" or "4 KiB random write, depth 32";

    /// <summary>Writes the whole disk.</summary>
    public static void Fill(NbdContender contender, long diskBytes) =>
        Run("fio", "--name=fill", "--ioengine=nbd", $"--uri={contender.Uri}", "--rw=write", "--bs=1m", "--iodepth=4", $"--size={diskBytes}", "--end_fsync=1");

    /// <summary>Runs it: its figure, and the processor time of both ends in µs a request.</summary>
    public (double Figure, double ProcessorMicroseconds) Measure(NbdContender contender, long diskBytes, double seconds)
    {
        var before = contender.ProcessorSeconds;
        var began = Stopwatch.GetTimestamp();
        var output = Run("fio", ["--name=x", "--ioengine=nbd", $"--uri={contender.Uri}", $"--size={diskBytes}", "--time_based", $"--runtime={(int)(seconds * 1000)}ms",
            "--norandommap", "--randrepeat=0", "--group_reporting", "--eta=never", "--output-format=json", .. Arguments]);
        using var told = JsonDocument.Parse(output.AsMemory(output.IndexOf('{', StringComparison.Ordinal))); // Remarks may stand before it.
        var job = told.RootElement.GetProperty("jobs")[0];
        double operations = 0, perSecond = 0, bytesPerSecond = 0;
        foreach (var direction in new[] { "read", "write" })
        {
            operations += job.GetProperty(direction).GetProperty("total_ios").GetDouble();
            perSecond += job.GetProperty(direction).GetProperty("iops").GetDouble();
            bytesPerSecond += job.GetProperty(direction).GetProperty("bw_bytes").GetDouble();
        }
        if (job.GetProperty("error").GetInt32() != 0 || operations == 0) throw new InvalidOperationException($"{Name} failed with {contender.Name}.");
        var clientSeconds = (job.GetProperty("usr_cpu").GetDouble() + job.GetProperty("sys_cpu").GetDouble()) / 100 * Math.Min(seconds, Stopwatch.GetElapsedTime(began).TotalSeconds);
        return (Unit == Mebibytes ? bytesPerSecond / (1 << 20) : perSecond / 1000, (contender.ProcessorSeconds - before + clientSeconds) * 1e6 / operations);
    }

    /// <summary>Runs a program to a good end, and returns what it wrote.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}:\n{output}\n{errors.Result}");
        return output;
    }
}
