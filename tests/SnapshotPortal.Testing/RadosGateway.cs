using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Testing;

/// <summary>An S3 server of its own on loopback: Ceph's gateway over one monitor and one store in memory. Up in about two seconds.</summary>
/// <remarks>No Ceph manager and no second daemon of a kind: what is tested is the S3 protocol, not Ceph's resilience.</remarks>
public sealed class RadosGateway : IDisposable
{
    private const string AccessKey = "portal-tests", SecretKey = "a-secret-of-the-tests";
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("radosgw-");
    private readonly List<Process> daemons = [];
    private readonly int monitorPort = FreePort(), gatewayPort = FreePort();

    private RadosGateway() { }

    /// <summary>The server's address.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{gatewayPort.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Starts everything; returns when the gateway answers.</summary>
    public static async Task<RadosGateway> StartAsync()
    {
        var gateway = new RadosGateway();
        try
        {
            await gateway.RunAsync().WaitAsync(TimeMax);
            return gateway;
        }
        catch
        {
            gateway.Dispose();
            throw;
        }
    }

    /// <summary>How a bucket of this server is reached.</summary>
    public S3Options Bucket(string name, string prefix = "") => new()
    {
        Bucket = name,
        Prefix = prefix,
        Endpoint = Endpoint,
        IsPathStyle = true,
        AccessKey = AccessKey,
        SecretKey = SecretKey,
    };

    /// <summary>Makes a bucket, which the product never does.</summary>
    public async Task CreateBucketAsync(string name)
    {
        using var client = new Amazon.S3.AmazonS3Client(AccessKey, SecretKey, new Amazon.S3.AmazonS3Config { ServiceURL = Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutBucketAsync(name);
    }

    /// <summary>Stops the gateway for good, as when a store goes away.</summary>
    public void Kill() => Stop(daemons[^1]);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = daemons.Count - 1; i >= 0; i--)
        {
            Stop(daemons[i]);
            daemons[i].Dispose();
        }
        directory.Delete(recursive: true);
    }

    private async Task RunAsync()
    {
        string cluster = Guid.NewGuid().ToString(), osd = Guid.NewGuid().ToString();
        foreach (var name in (string[])["mon", "osd", "rgw", "run"]) directory.CreateSubdirectory(name);
        await File.WriteAllTextAsync(directory.FullName + "/ceph.conf", Configuration(cluster));
        await CallAsync("monmaptool", "--create", "--clobber", "--addv", "a", $"[v1:127.0.0.1:{monitorPort.ToString(CultureInfo.InvariantCulture)}]", "--fsid", cluster, "monmap");
        await CallAsync("ceph-mon", "-c", "ceph.conf", "--mkfs", "-i", "a", "--monmap", "monmap");
        Daemon("ceph-mon", "-c", "ceph.conf", "-i", "a", "-f");
        await CallAsync("ceph", "-c", "ceph.conf", "osd", "new", osd, "0");        // waits for the monitor
        await CallAsync("ceph-osd", "-c", "ceph.conf", "-i", "0", "--mkfs", "--osd-uuid", osd);
        Daemon("ceph-osd", "-c", "ceph.conf", "-i", "0", "-f");
        while (!(await CallAsync("ceph", "-c", "ceph.conf", "osd", "stat")).Contains(" 1 up", StringComparison.Ordinal)) CheckDaemons();
        await CallAsync("radosgw-admin", "-c", "ceph.conf", "-n", "client.rgw", "user", "create", "--uid=portal", "--display-name=portal", $"--access-key={AccessKey}", $"--secret={SecretKey}");
        Daemon("radosgw", "-c", "ceph.conf", "-n", "client.rgw", "-f");
        using var client = new HttpClient();
        while (true)
        {
            CheckDaemons();
            try
            {
                using var answer = await client.GetAsync(Endpoint);
                return;
            }
            catch (HttpRequestException) { await Task.Delay(50); }   // it tells nobody when it listens
        }
    }

    private void CheckDaemons()
    {
        if (daemons.Find(daemon => daemon.HasExited) is { } dead) throw new InvalidOperationException($"{dead.StartInfo.FileName} ended with {dead.ExitCode.ToString(CultureInfo.InvariantCulture)}.");
    }

    private string Configuration(string cluster) => $"""
        [global]
        fsid = {cluster}
        mon initial members = a
        mon host = v1:127.0.0.1:{monitorPort}
        ms bind msgr2 = false
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        auth cluster required = none
        auth service required = none
        auth client required = none
        osd pool default size = 1
        osd pool default min size = 1
        osd crush chooseleaf type = 0
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        mon allow pool size one = true
        paxos propose interval = 0.05
        paxos min wait = 0.01
        log to file = false
        log to stderr = false
        run dir = {directory.FullName}/run
        admin socket = {directory.FullName}/run/$name.asok
        pid file = {directory.FullName}/run/$name.pid
        [mon.a]
        mon data = {directory.FullName}/mon
        mon addr = v1:127.0.0.1:{monitorPort}
        [osd.0]
        osd data = {directory.FullName}/osd
        osd objectstore = memstore
        memstore device bytes = 4294967296
        [client.rgw]
        rgw frontends = beast endpoint=127.0.0.1:{gatewayPort}
        rgw data = {directory.FullName}/rgw
        rgw enable apis = s3
        rgw run sync thread = false
        rgw enable gc threads = false
        rgw enable lc threads = false
        rgw enable quota threads = false

        """;

    private ProcessStartInfo Start(string program, string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = directory.FullName,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    };

    private void Daemon(string program, params string[] arguments)
    {
        var daemon = Begin(Start(program, arguments));
        daemons.Add(daemon);
        // Nobody reads what they say, but a full pipe would stop them.
        daemon.BeginOutputReadLine();
        daemon.BeginErrorReadLine();
    }

    private async Task<string> CallAsync(string program, params string[] arguments)
    {
        using var process = Begin(Start(program, arguments));
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        try { await process.WaitForExitAsync().WaitAsync(TimeMax / 2); }
        catch (TimeoutException) { Stop(process); }
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}:\n{await output}\n{await errors}");
        return await output;
    }

    private static Process Begin(ProcessStartInfo start)
    {
        try { return Process.Start(start)!; }
        catch (System.ComponentModel.Win32Exception e) { throw new InvalidOperationException($"{start.FileName} is not installed; ./dev test installs what the tests need.", e); }
    }

    private static void Stop(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
