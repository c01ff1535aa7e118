using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.ControlPlane.Tests;

/// <summary>A whole control plane on a data path of its own: real SQLite, pools, repositories and jobs, without pages.</summary>
internal sealed class TestPortal : IAsyncDisposable
{
    public const string AdminEmail = "admin@example.com";
    public const string AdminPassword = "correct horse battery";

    /// <summary>A portal that is started again makes other ids.</summary>
    private static int starts;

    private readonly IHost host;

    private TestPortal(IHost host, string dataPath, ShiftedTime time, TestFileSystem files)
        => (this.host, DataPath, Time, Files) = (host, dataPath, time, files);

    public string DataPath { get; }

    public ShiftedTime Time { get; }

    public TestFileSystem Files { get; }

    public IServiceProvider Services => host.Services;

    public OperationRunner Operations => Services.GetRequiredService<OperationRunner>();

    /// <summary>The administrator in the account <c>default</c>, which they own.</summary>
    public Caller Owner { get; private set; } = Caller.Anonymous;

    /// <summary>Starts a portal with an administrator; on an existing data path with what is there.</summary>
    public static async Task<TestPortal> StartAsync(string? dataPath = null, Dictionary<string, string?>? settings = null, string environment = "Testing")
    {
        var portal = await StartBareAsync(dataPath, new(settings ?? [])
        {
            ["Portal:Bootstrap:AdminEmail"] = AdminEmail,
            ["Portal:Bootstrap:AdminPassword"] = AdminPassword,
        }, environment);
        portal.Owner = await portal.CallerAsync(AdminEmail);
        return portal;
    }

    /// <summary>Starts a portal with nobody in it.</summary>
    public static async Task<TestPortal> StartBareAsync(string? dataPath = null, Dictionary<string, string?>? settings = null, string environment = "Testing")
    {
        dataPath ??= Directory.CreateTempSubdirectory("portal-").FullName;
        var time = new ShiftedTime();
        var files = new TestFileSystem();
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment, ContentRootPath = Path.GetTempPath() });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings ?? []) { ["Portal:DataPath"] = dataPath });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IFileSystem>(files);
        builder.Services.AddSingleton<RandomNumberGenerator>(new SeededRandom(HashCode.Combine(dataPath, Interlocked.Increment(ref starts))));
        builder.Services.AddControlPlane(builder.Configuration, dataPath);
        var portal = new TestPortal(builder.Build(), dataPath, time, files);
        try
        {
            await portal.host.StartAsync();

            // Tests say themselves when it strikes.
            await (await portal.Services.GetRequiredService<ISchedulerFactory>().GetScheduler()).PauseTriggers([PolicyClock.EachMinute, PolicyClock.EachFiveMinutes]);
            return portal;
        }
        catch
        {
            await ((IAsyncDisposable)portal.host).DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it in order; the data path stays.</summary>
    public async Task StopAsync()
    {
        Files.Release();
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(DataPath, recursive: true);
    }

    public Task<TResult> RunAsync<TResult>(IOperation<TResult> operation, Caller? caller = null)
        where TResult : class => Operations.RunAsync(operation, caller ?? Owner);

    /// <summary>The refusal of an operation; fails where there is none.</summary>
    public async Task<OperationException> RefusedAsync<TResult>(IOperation<TResult> operation, Caller? caller = null)
        where TResult : class => await Assert.ThrowsAsync<OperationException>(() => RunAsync(operation, caller));

    /// <summary>A user in their first account, or alone where they have none.</summary>
    public async Task<Caller> CallerAsync(string email, string? accountId = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var user = await scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<PortalUser>>().FindByEmailAsync(email);
        var callers = Services.GetRequiredService<Callers>();
        var alone = (await callers.FindAsync(user!.Id, null))!;
        accountId ??= (await RunAsync(new DescribeMyAccounts(), alone)).Accounts is [var first, ..] ? first.AccountId : null;
        return accountId is null ? alone : (await callers.FindAsync(user.Id, accountId))!;
    }

    /// <summary>A new user with a role in the owner's account.</summary>
    public async Task<Caller> AddMemberAsync(AccountRole role)
    {
        var email = $"{role}@example.com".ToLowerInvariant();
        await RunAsync(new CreateUser(email));
        await RunAsync(new AddMember(email, role));
        return await CallerAsync(email);
    }

    /// <summary>A new user who owns an account of their own and knows nothing of the first one.</summary>
    public async Task<Caller> AddStrangerAsync()
    {
        await RunAsync(new CreateUser("stranger@example.com"));
        await RunAsync(new CreateAccount("elsewhere") { OwnerEmail = "stranger@example.com" });
        return await CallerAsync("stranger@example.com");
    }

    public async Task<string> CreateDiskAsync(string? snapshotId = null, string zone = "local-1a", string? name = null)
        => (await RunAsync(new CreateDisk("local-1", zone)
        {
            DiskCategory = "cloud_essd",
            PerformanceLevel = "PL0",
            Size = snapshotId is null ? 1 : null,
            SnapshotId = snapshotId,
            DiskName = name,
        })).DiskId;

    /// <summary>Writes an image over a disk, as a browser does.</summary>
    public async Task UploadAsync(string diskId, byte[] image)
    {
        var upload = await RunAsync(new CreateDiskUpload(diskId, image.Length));
        for (var number = 1; number <= upload.PartCount; number++) await PutPartAsync(upload, number, image);
        await RunAsync(new CompleteDiskUpload(upload.UploadId));
    }

    public Task<Done> PutPartAsync(CreateDiskUploadResult upload, int number, byte[] image)
    {
        var offset = (number - 1) * upload.PartBytes;
        var content = image.AsMemory(offset, Math.Min(upload.PartBytes, image.Length - offset));
        return RunAsync(new PutDiskUploadPart(upload.UploadId, number, Convert.ToHexStringLower(SHA256.HashData(content.Span)), content));
    }

    /// <summary>The first bytes of a disk, as a download gives them.</summary>
    public async Task<byte[]> ReadDiskAsync(string diskId, int lengthBytes)
    {
        await using var content = await RunAsync(new OpenDiskContent(diskId));
        var bytes = new byte[lengthBytes];
        content.Device.Read(0, bytes);
        return bytes;
    }

    public async Task<InstanceInfo> InstanceAsync(string instanceId) => Assert.Single((await RunAsync(new DescribeInstances { InstanceIds = [instanceId] })).Instances);

    /// <summary>A running instance of the public image in the zone local-1a.</summary>
    public async Task<string> RunInstanceAsync()
    {
        var image = (await RunAsync(new DescribeImages { RegionId = "local-1", ImageOwnerAlias = "system" })).Images[0];
        return (await RunAsync(new RunInstances("local-1") { ImageId = image.ImageId, InstanceType = "ecs.g7.large" })).InstanceIdSets[0];
    }

    /// <summary>An accomplished snapshot of a system disk of 1 GiB with that content.</summary>
    public async Task<string> SystemSnapshotAsync(byte[] content)
    {
        var diskId = (await RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 1, IsSystem = true })).DiskId;
        await UploadAsync(diskId, content);
        var snapshotId = (await RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await AccomplishedAsync(snapshotId);
        return snapshotId;
    }

    /// <summary>An available image of 1 GiB with that content.</summary>
    public async Task<string> CreateImageAsync(byte[] content) => (await RunAsync(new CreateImage("local-1") { SnapshotId = await SystemSnapshotAsync(content) })).ImageId;

    public async Task<DiskInfo> DiskAsync(string diskId) => Assert.Single((await RunAsync(new DescribeDisks { DiskIds = [diskId] })).Disks);

    public async Task<SnapshotInfo> SnapshotAsync(string snapshotId) => Assert.Single((await RunAsync(new DescribeSnapshots { SnapshotIds = [snapshotId] })).Snapshots);

    public async Task<JobInfo> JobAsync(string jobId) => Assert.Single((await RunAsync(new DescribeJobs { JobIds = [jobId] })).Jobs);

    public Task<SnapshotInfo> AccomplishedAsync(string snapshotId) => UntilAsync(
        () => SnapshotAsync(snapshotId), snapshot => snapshot.Status == SnapshotStatus.Accomplished, snapshot => snapshot.Status == SnapshotStatus.Failed);

    public Task<DiskInfo> AvailableAsync(string diskId) => UntilAsync(() => DiskAsync(diskId), disk => disk.Status == DiskStatus.Available);

    public Task<JobInfo> EndedAsync(string jobId) => UntilAsync(() => JobAsync(jobId), job => job.Status is JobStatus.Finished or JobStatus.Failed or JobStatus.Cancelled);

    /// <summary>Until no job of the owner's account runs or waits.</summary>
    public Task IdleAsync() => UntilAsync(() => RunAsync(new DescribeJobs { Unfinished = true }), jobs => jobs.TotalCount == 0);

    /// <summary>Looks after each change in the owner's account until it is as wanted; fails after a minute, or when it can never be.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> wanted, Func<T, bool>? hopeless = null)
    {
        var changes = Channel.CreateUnbounded<Change>();
        using var watching = Services.GetRequiredService<ChangeFeed>().Subscribe(Owner.AccountId, async change => await changes.Writer.WriteAsync(change));
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var seen = await look();
            if (wanted(seen)) return seen;
            Assert.False(hopeless?.Invoke(seen) ?? false, $"It has become {seen}");
            try
            {
                await changes.Reader.ReadAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"After a minute it is still {seen}");
            }
        }
    }
}
