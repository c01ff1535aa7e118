using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnapshotPortal.ControlPlane;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Tests;

/// <summary>A real control plane below the pages under test: SQLite, pools, repositories and jobs on a temporary data path. Each test takes an account of its own.</summary>
public sealed class TestPortal : IAsyncLifetime
{
    private const string AdminEmail = "admin@example.com";
    private readonly string dataPath = Directory.CreateTempSubdirectory("portal-web-").FullName;
    private int accountCount;
    private IHost host = default!;

    public OperationRunner Operations => host.Services.GetRequiredService<OperationRunner>();

    public ChangeFeed Changes => host.Services.GetRequiredService<ChangeFeed>();

    public async Task InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = "Testing", ContentRootPath = dataPath });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Portal:DataPath"] = dataPath,
            ["Portal:Bootstrap:AdminEmail"] = AdminEmail,
            ["Portal:Bootstrap:AdminPassword"] = "correct horse battery",
            ["Portal:Encryption:Keys"] = $"kek-1 {Convert.ToBase64String(new byte[32])}",
        });
        builder.Services.AddLogging();
        builder.Services.AddControlPlane(builder.Configuration, dataPath);
        host = builder.Build();
        await host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        Directory.Delete(dataPath, recursive: true);
    }

    /// <summary>An account that nobody else uses, owned by the administrator.</summary>
    public async Task<Caller> NewAccountAsync()
    {
        var admin = await CallerAsync(AdminEmail, null);
        var made = await Operations.RunAsync(new CreateAccount($"account-{Interlocked.Increment(ref accountCount)}"), admin);
        return await CallerAsync(AdminEmail, made.AccountId);
    }

    /// <summary>A new user with that role in the account; none: a stranger.</summary>
    public async Task<Caller> NewUserAsync(Caller owner, AccountRole role)
    {
        var email = $"user-{Interlocked.Increment(ref accountCount)}@example.com";
        var admin = await CallerAsync(AdminEmail, null);
        await Operations.RunAsync(new CreateUser(email), admin);
        if (role == AccountRole.None)
            return (await CallerAsync(email, null)) with { AccountId = owner.AccountId };

        await Operations.RunAsync(new AddMember(email, role), owner);
        return await CallerAsync(email, owner.AccountId);
    }

    public async Task<string> NewDiskAsync(Caller owner, string name) => (await Operations.RunAsync(
        new CreateDisk("local-1", "local-1a") { DiskName = name, DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 1 }, owner)).DiskId;

    /// <summary>Writes a small image over a disk, as a browser does.</summary>
    public async Task FillAsync(Caller owner, string diskId)
    {
        var image = RandomNumberGenerator.GetBytes(64 * 1024);
        var upload = await Operations.RunAsync(new CreateDiskUpload(diskId, image.Length), owner);
        await Operations.RunAsync(new PutDiskUploadPart(upload.UploadId, 1, Convert.ToHexStringLower(SHA256.HashData(image)), image), owner);
        await Operations.RunAsync(new CompleteDiskUpload(upload.UploadId), owner);
    }

    public async Task<string> EmailAsync(Caller user)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<PortalUser>>().FindByIdAsync(user.UserId))!.Email!;
    }

    private async Task<Caller> CallerAsync(string email, string? accountId)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var user = await scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<PortalUser>>().FindByEmailAsync(email);
        return await host.Services.GetRequiredService<Callers>().FindAsync(user!.Id, accountId)
            ?? throw new InvalidOperationException($"{email} is no member of {accountId}.");
    }
}

/// <summary>One portal for all page tests: it is started once.</summary>
[CollectionDefinition(Name)]
public sealed class PageCollection : ICollectionFixture<TestPortal>
{
    public const string Name = "pages";
}
