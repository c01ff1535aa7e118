using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Metering;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Start;
using SnapshotPortal.ControlPlane.Stores;
using SnapshotPortal.ControlPlane.Tags;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.ControlPlane;

/// <summary>What the host calls to have the control plane.</summary>
public static class ControlPlaneRoom
{
    /// <summary>
    /// Adds everything: options, database, Identity's users and stores (the host adds sign-in and cookies), data protection,
    /// operations, jobs. Throws <see cref="PortalStartException"/> where the configuration is wrong; starting the host throws
    /// it where the data path cannot be used.
    /// </summary>
    public static IServiceCollection AddControlPlane(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        var options = PortalOptions.Read(configuration, contentRoot);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IFileSystem>(OsFileSystem.Instance);
        services.TryAddSingleton(_ => RandomNumberGenerator.Create());
        services.AddDataProtection().SetApplicationName("SnapshotPortal").PersistKeysToFileSystem(new(Path.Combine(options.DataPath, "keys")));

        services.AddSingleton<WriteGate>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<ResourceIds>();
        services.AddDbContextFactory<PortalDb>(db => db.UseSqlite($"Data Source={Path.Combine(options.DataPath, "portal.db")};Default Timeout=30"));
        services.AddIdentityCore<PortalUser>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                identity.User.RequireUniqueEmail = true;
                identity.Password.RequiredLength = Passwords.LengthMin;
                identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
            })
            .AddRoles<IdentityRole>().AddEntityFrameworkStores<PortalDb>().AddDefaultTokenProviders();

        services.AddSingleton<Passwords>();
        services.AddSingleton(provider => new Callers(provider.GetRequiredService<IDbContextFactory<PortalDb>>()));
        services.AddSingleton(provider => new SetUpToken(
            provider.GetRequiredService<IDbContextFactory<PortalDb>>(), provider.GetRequiredService<Passwords>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AccessKeySecrets>();
        services.AddSingleton(provider => new AccessKeys(
            provider.GetRequiredService<IDbContextFactory<PortalDb>>(), provider.GetRequiredService<WriteGate>(),
            provider.GetRequiredService<AccessKeySecrets>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ApiCalls(provider.GetRequiredService<ChangeFeed>()));
        services.AddScoped<NewAccounts>();
        services.AddScoped<ClientTokens>();
        services.AddScoped<AccountQuotas>();
        services.AddSingleton<OperationMetrics>();
        services.AddSingleton(Operations(services));
        services.AddSingleton(provider => new OperationRunner(
            provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<OperationTable>(), provider.GetRequiredService<OperationMetrics>(),
            provider.GetRequiredService<ResourceIds>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OperationRunner>>()));

        services.AddSingleton<ZonePools>();
        services.AddSingleton<DiskLimits>();
        services.AddSingleton<DiskKeys>();
        services.AddSingleton<RegionRepositories>();
        services.AddSingleton<UploadTraffic>();
        AddExports(services);
        services.AddSingleton<InstancePower>();
        services.AddScoped<NewInstances>();
        services.AddScoped<InstanceRelease>();
        services.AddScoped<ImageCatalog>();
        services.AddScoped<ImageSources>();
        QuartzJobs.Register(services, options.DataPath);
        services.AddSingleton<PortalStop>();
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobRunner>();
        DiskOperations.RegisterJobs(services);
        SnapshotOperations.RegisterJobs(services);
        PolicyOperations.RegisterJobs(services);
        StoreOperations.RegisterJobs(services);

        services.AddScoped<Reconciliation>();
        services.AddScoped<FirstAccounts>();
        services.AddHostedService<PortalStart>();
        services.AddScoped<SnapshotMeter>();
        services.AddSingleton<HourMeter>();
        services.AddHostedService(provider => provider.GetRequiredService<HourMeter>());
        return services;
    }

    private static void AddExports(IServiceCollection services)
    {
        services.AddSingleton<ExportCatalog>();
        services.AddSingleton<ExportConnections>();
        services.AddSingleton(provider => new NbdServer(provider.GetRequiredService<ExportCatalog>(), new()
        {
            Certificate = provider.GetRequiredService<PortalOptions>().Exports.Certificate,
            Time = provider.GetRequiredService<TimeProvider>(),
            Ended = provider.GetRequiredService<ExportLog>().Ended,
        }));
        services.AddSingleton<ExportLog>();
        services.AddHostedService<ExportWatch>();
    }

    private static OperationTable Operations(IServiceCollection services)
    {
        var table = new OperationTable(services);
        AccountOperations.Register(table);
        RegionOperations.Register(table);
        DiskOperations.Register(table);
        SnapshotOperations.Register(table);
        ImageOperations.Register(table);
        InstanceOperations.Register(table);
        ExportOperations.Register(table);
        PolicyOperations.Register(table);
        JobOperations.Register(table);
        StoreOperations.Register(table);
        TagOperations.Register(table);
        QuotaOperations.Register(table);
        MeterOperations.Register(table);
        return table;
    }
}
