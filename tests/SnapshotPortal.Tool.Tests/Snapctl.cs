using System.Diagnostics;
using System.Text.Json;

namespace SnapshotPortal.Tool.Tests;

/// <summary>The built executable in child processes, and a directory for what they work on. Nothing else: no database, no portal.</summary>
public sealed class Snapctl : IDisposable
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("snapctl-");

    /// <summary>What else the processes find in their environment.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>A path below the directory.</summary>
    public string At(string name) => Path.Combine(directory.FullName, name);

    /// <summary>Runs it to its end.</summary>
    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var process = Start(keys: null, arguments);
        return await EndAsync(process);
    }

    /// <summary>The same with key-encryption keys in the environment.</summary>
    public async Task<Outcome> RunWithKeysAsync(string keys, params string[] arguments)
    {
        using var process = Start(keys, arguments);
        return await EndAsync(process);
    }

    /// <summary>Starts it; nobody reads its output yet.</summary>
    public Process Start(string? keys, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "snapctl"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["XDG_CACHE_HOME"] = At("cache");
        start.Environment["SNAPCTL_KEYS"] = keys ?? "";
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Outcome> EndAsync(Process process)
    {
        using var output = new MemoryStream();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeMax);
        await copying;
        return new Outcome(process.ExitCode, output.ToArray(), await errors);
    }

    public void Dispose() => directory.Delete(recursive: true);
}

/// <summary>What a run came to.</summary>
public sealed record Outcome(int Code, byte[] Output, string Errors)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Output);

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>This outcome, which must have that exit code.</summary>
    public Outcome Ended(int code)
    {
        Assert.True(Code == code, $"It ended with {Code} instead of {code}:\n{Text}\n{Errors}");
        return this;
    }
}
