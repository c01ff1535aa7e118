using System.Diagnostics;
using System.Text.Json;
using SnapshotPortal.EndToEnd.Tests.Harness;

namespace SnapshotPortal.Api.Tests.Sdk;

/// <summary>The official Node SDKs in a process of their own (<c>sdk/calls.js</c>), installed once from the npm registry at the locked versions.</summary>
internal sealed class NodeSdk : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;

    private NodeSdk(Process process) => this.process = process;

    /// <summary>SDKs that call an endpoint with a key.</summary>
    public static async Task<NodeSdk> StartAsync(string endpoint, string accessKeyId, string accessKeySecret)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(await Installed.Value, "calls.js")]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["ENDPOINT"] = endpoint;
        start.Environment["ACCESS_KEY_ID"] = accessKeyId;
        start.Environment["ACCESS_KEY_SECRET"] = accessKeySecret;
        return new(Process.Start(start) ?? throw new InvalidOperationException("node could not be started."));
    }

    /// <summary>Calls by one of the SDKs: present, present-v1, first-get or first-post. One call at a time.</summary>
    public async Task<SdkAnswer> CallAsync(string client, string action, object parameters)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { client, action, parameters }));
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException($"The SDK ended at {action}.");
        var answer = JsonDocument.Parse(line).RootElement;
        return answer.TryGetProperty("error", out var error)
            ? new(default, error.GetProperty("code").GetString(), error.GetProperty("message").GetString(), error.GetProperty("requestId").GetString())
            : new(answer.GetProperty("body"), null, null, answer.GetProperty("body").GetProperty("RequestId").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
    }

    private static async Task<string> InstallAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "sdk");
        var target = Directory.CreateDirectory(Path.Combine(Places.Artifacts, "sdk")).FullName;
        var current = File.Exists(Path.Combine(target, "package-lock.json")) && Directory.Exists(Path.Combine(target, "node_modules"))
            && await File.ReadAllTextAsync(Path.Combine(target, "package-lock.json")) == await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"));
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        if (current) return target;

        using var npm = Process.Start(new ProcessStartInfo("npm", ["--prefix", target, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]))
            ?? throw new InvalidOperationException("npm could not be started; ./dev test installs what the tests need.");
        await npm.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return npm.ExitCode == 0 ? target : throw new InvalidOperationException($"npm could not install the SDKs into {target}.");
    }
}

/// <summary>What an SDK tells its program.</summary>
internal sealed record SdkAnswer(JsonElement Body, string? Code, string? Message, string? RequestId)
{
    public string Text(string name) => Body.GetProperty(name).GetString()!;

    /// <summary>A list, which stands below two names.</summary>
    public List<JsonElement> List(string outer, string inner) => [.. Body.GetProperty(outer).GetProperty(inner).EnumerateArray()];
}
