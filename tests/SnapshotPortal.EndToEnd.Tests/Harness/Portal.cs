using System.Diagnostics;
using System.Globalization;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>
/// The portal as a process of its own, on a data path of its own and a free port, which can be killed at any moment and
/// started again on what it left behind.
/// </summary>
internal sealed class Portal : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory? owned;
    private readonly string environment;
    private readonly IReadOnlyDictionary<string, string> settings;
    private Process? process;

    /// <summary>A portal that is not started yet.</summary>
    /// <param name="environment">The ASP.NET environment; Production unless the test is about another.</param>
    /// <param name="dataPath">Null: a new one that goes with this portal.</param>
    /// <param name="settings">Configuration in its environment form, such as Portal__Regions__0__RegionId.</param>
    public Portal(string environment = "Production", string? dataPath = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        owned = dataPath is null ? new TemporaryDirectory() : null;
        DataPath = dataPath ?? owned!.Path;
        this.environment = environment;
        this.settings = settings ?? new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>The administrator of a portal that was not set up by hand.</summary>
    public static (string Email, string Password) Administrator { get; } = ("owner@example.com", "correct horse battery 1");

    /// <summary>A portal with an administrator, made by configuration as an unattended install does it.</summary>
    public static Portal WithAdministrator(string? dataPath = null, IReadOnlyList<string>? wrapping = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["Portal__Bootstrap__AdminEmail"] = Administrator.Email,
            ["Portal__Bootstrap__AdminPassword"] = Administrator.Password,
        };
        return new(dataPath: dataPath, settings: all) { Wrapping = wrapping ?? [] };
    }

    public string DataPath { get; }

    /// <summary>0 before the first start: any free one. Kept when the portal is started again, so that open pages find it.</summary>
    public int Port { get; set; }

    public PortalOutput Output { get; } = new();

    /// <summary>With the name localhost: passkeys and hashes in the browser need it.</summary>
    public Uri Address => new($"http://localhost:{Port.ToString(CultureInfo.InvariantCulture)}");

    public int ProcessId => process!.Id;

    /// <summary>How the process is wrapped: a program and arguments that run what follows them.</summary>
    public IReadOnlyList<string> Wrapping { get; init; } = [];

    /// <summary>Where the files of <see cref="DataPath"/> are seen from here; differs where the process has a file system of its own.</summary>
    public string VisibleDataPath => Wrapping.Count == 0 ? DataPath : $"/proc/{ProcessId.ToString(CultureInfo.InvariantCulture)}/root{DataPath}";

    /// <summary>Starts, and returns once requests are answered.</summary>
    public async Task StartAsync()
    {
        var listening = Output.NextAsync(@"Now listening on: http://127\.0\.0\.1:(\d+)");
        var started = Output.NextAsync("Application started");
        Launch();
        var exited = process!.WaitForExitAsync();
        if (await Task.WhenAny(started, exited).WaitAsync(StartMax) == exited)
            throw new InvalidOperationException($"The portal ended with exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)} instead of starting:\n{Output}");
        Port = int.Parse((await listening.WaitAsync(StartMax)).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Starts a portal that is expected to refuse, and returns its exit code.</summary>
    public async Task<int> RunToEndAsync()
    {
        Launch();
        await process!.WaitForExitAsync().WaitAsync(StartMax);
        return process.ExitCode;
    }

    /// <summary>The address with the one-time token that a portal without users prints when it starts.</summary>
    public async Task<Uri> StartForSetUpAsync()
    {
        var printed = Output.NextAsync(@"http://\S+/setup\?token=\S+");
        await StartAsync();
        var address = new Uri((await printed.WaitAsync(StartMax)).Value);
        return new Uri(Address, address.PathAndQuery);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        Output.Add("--- killed ---");
    }

    /// <summary>SIGTERM, and the exit code of an orderly end.</summary>
    public async Task<int> StopAsync()
    {
        await Tool.RunAsync("kill", "-TERM", ProcessId.ToString(CultureInfo.InvariantCulture));
        await process!.WaitForExitAsync().WaitAsync(StartMax);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
            await KillAsync();
        process?.Dispose();
        owned?.Dispose();
    }

    private void Launch()
    {
        process?.Dispose();
        string[] command = [.. Wrapping, "dotnet", Places.PortalDll, "--urls", $"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}"];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Places.RepositoryRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["DOTNET_ENVIRONMENT"] = environment;
        start.Environment["Portal__DataPath"] = DataPath;
        foreach (var (key, value) in settings)
            start.Environment[key] = value;

        process = Process.Start(start) ?? throw new InvalidOperationException("The portal's process could not be started.");
        process.OutputDataReceived += (_, line) => Output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => Output.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}
