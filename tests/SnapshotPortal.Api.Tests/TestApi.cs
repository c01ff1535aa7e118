using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Tests;

/// <summary>The API on a port of its own over a whole control plane, without pages: what is for the portal is answered "portal".</summary>
internal sealed class TestApi : IAsyncDisposable
{
    public const string KeyId = "LTAItestAccessKey";
    public const string Secret = "testAccessKeySecret";
    private const string AdminEmail = "admin@example.com";

    private readonly WebApplication host;

    private TestApi(WebApplication host, string dataPath, MovedTime time)
    {
        (this.host, DataPath, Time) = (host, dataPath, time);
        Address = new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new(this, KeyId, Secret);
    }

    public string DataPath { get; }

    public MovedTime Time { get; }

    public Uri Address { get; }

    /// <summary>A client with the first key, that of the administrator.</summary>
    public ApiClient Client { get; }

    public Caller Owner { get; private set; } = Caller.Anonymous;

    public T Service<T>()
        where T : class => host.Services.GetRequiredService<T>();

    public static async Task<TestApi> StartAsync(string? dataPath = null, Dictionary<string, string?>? settings = null)
    {
        dataPath ??= Directory.CreateTempSubdirectory("api-").FullName;
        var time = new MovedTime();
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = "Testing", ContentRootPath = dataPath });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings ?? [])
        {
            ["Portal:DataPath"] = dataPath,
            ["Portal:Bootstrap:AdminEmail"] = AdminEmail,
            ["Portal:Bootstrap:AdminPassword"] = "correct horse battery",
            ["Portal:Bootstrap:AccessKeyId"] = KeyId,
            ["Portal:Bootstrap:AccessKeySecret"] = Secret,
        });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddControlPlane(builder.Configuration, dataPath);
        builder.AddEcsApi();
        var app = builder.Build();
        app.UseEcsApi();
        app.Run(context => context.Response.WriteAsync("portal"));
        await app.StartAsync();
        var api = new TestApi(app, dataPath, time);
        api.Owner = await api.OwnerAsync();
        return api;
    }

    /// <summary>Stops it in order; the data path stays.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(DataPath, recursive: true);
    }

    public Task<TResult> RunAsync<TResult>(IOperation<TResult> operation, Caller? caller = null)
        where TResult : class => Service<OperationRunner>().RunAsync(operation, caller ?? Owner);

    /// <summary>A client with a new key of the owner.</summary>
    public async Task<ApiClient> NewClientAsync(AccountRole role = AccountRole.Operator)
    {
        var made = await RunAsync(new CreateAccessKey("test") { RoleMax = role });
        return new(this, made.AccessKeyId, made.AccessKeySecret);
    }

    /// <summary>A new disk with an image in it.</summary>
    public async Task<string> DiskAsync(string? name = null)
    {
        var disk = (await RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", Size = 20, DiskName = name })).DiskId;
        var image = new byte[4096];
        var upload = await RunAsync(new CreateDiskUpload(disk, image.Length));
        await RunAsync(new PutDiskUploadPart(upload.UploadId, 1, Convert.ToHexStringLower(SHA256.HashData(image)), image));
        await RunAsync(new CompleteDiskUpload(upload.UploadId));
        return disk;
    }

    /// <summary>Until no job runs or waits.</summary>
    public async Task IdleAsync()
    {
        using var changed = new SemaphoreSlim(1);
        using var watching = Service<ChangeFeed>().Subscribe(Owner.AccountId, _ => { changed.Release(); return Task.CompletedTask; });
        do Assert.True(await changed.WaitAsync(TimeSpan.FromMinutes(1)), "Jobs still run after a minute without any change.");
        while ((await RunAsync(new DescribeJobs { Unfinished = true })).TotalCount > 0);
    }

    private async Task<Caller> OwnerAsync()
    {
        var key = await Service<AccessKeys>().FindAsync(KeyId, default);
        return key!.Caller with { Source = CallerSource.Portal };
    }
}
