using System.Diagnostics;
using System.Globalization;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>A program that is timed, with the most memory that it had.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly Process process;
    private readonly string output;
    private readonly Timer looks;
    private readonly Task<string> errors;
    private long peakBytes;

    public ChildProcess(string program, IEnumerable<string> arguments, string directory, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        output = $"{program} {string.Join(' ', start.ArgumentList)}";
        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
        looks = new Timer(_ => LookAtMemory(), null, TimeSpan.Zero, Look);
    }

    /// <summary>The most resident memory until now, in MiB: its own, also while it cannot be looked at any more.</summary>
    public double PeakMebibytes => Interlocked.Read(ref peakBytes) / 1048576.0;

    public StreamWriter Input => process.StandardInput;

    public StreamReader Output => process.StandardOutput;

    public static bool IsInstalled(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Runs a program to its end; seconds and MiB.</summary>
    public static (double Seconds, double PeakMebibytes) Run(string program, IEnumerable<string> arguments, string directory, params (string Name, string Value)[] environment)
    {
        var began = Stopwatch.GetTimestamp();
        using var child = new ChildProcess(program, arguments, directory, environment);
        child.End();
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, child.PeakMebibytes);
    }

    /// <summary>Waits for the end, which must be a good one.</summary>
    public void End()
    {
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{output} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}:\n{errors.Result}");
    }

    /// <summary>The next line of its output, or what it died of.</summary>
    public string ReadLine() => Output.ReadLine() ?? throw new InvalidOperationException($"{output} has ended:\n{errors.Result}");

    public void Dispose()
    {
        looks.Dispose();
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private void LookAtMemory()
    {
        try
        {
            // The kernel keeps the maximum itself: the last look before the end is enough.
            foreach (var line in File.ReadLines($"/proc/{process.Id}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) Interlocked.Exchange(ref peakBytes, long.Parse(line[6..^2], CultureInfo.InvariantCulture) * 1024);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException) { }   // It has ended.
    }
}
