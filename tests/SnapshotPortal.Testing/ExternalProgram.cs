using System.Diagnostics;
using System.Globalization;

namespace SnapshotPortal.Testing;

/// <summary>Programs of the machine that tests call.</summary>
public static class ExternalProgram
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(120);

    /// <summary>Runs a program to its end and returns what it wrote; fails where it does not end with 0 in two minutes.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeMax);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw;
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}:\n{await output}\n{await errors}");
        return await output;
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Find(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })
        ?? throw new InvalidOperationException($"{program} could not be started.");

    // The programs for file systems lie where only root's PATH leads.
    private static string Find(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':')
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed; ./dev test installs what the tests need.");
}
