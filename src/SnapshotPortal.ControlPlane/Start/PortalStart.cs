using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.ControlPlane.Start;

/// <summary>
/// Opens the data path before anything else of the host starts, and closes it after everything else has stopped: lock,
/// database, pools, repositories, first accounts, what a kill left, then the jobs.
/// </summary>
internal sealed partial class PortalStart(
    PortalOptions options, IFileSystem files, IHostEnvironment environment, IServiceScopeFactory scopes, ZonePools pools, DiskKeys keys, RegionRepositories repositories,
    QuartzJobs quartz, PortalStop stop, ILogger<PortalStart> log) : IHostedLifecycleService, IDisposable
{
    private IDisposable? pathLock;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.DemoUsers.Count > 0 && !environment.IsDevelopment())
            throw new PortalStartException($"The configuration is wrong: Portal:Demo:Users is for demonstrations and allowed in the Development environment only; this is {environment.EnvironmentName}. Take it out.");
        try
        {
            keys.Open();
            files.CreateDirectory(options.DataPath);
            pathLock = files.Lock(Path.Combine(options.DataPath, "portal.lock"));
            await QuartzJobs.PrepareAsync(options.DataPath, cancellationToken);
            await MigrateAsync(cancellationToken);
            pools.Open();
            await repositories.OpenAsync(cancellationToken);
        }
        catch (EngineException exception)
        {
            throw new PortalStartException($"The data path {options.DataPath} (Portal:DataPath) cannot be used: {exception.Message}", exception);
        }

        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Reconciliation>().RunAsync(cancellationToken);
        await scope.ServiceProvider.GetRequiredService<FirstAccounts>().AddAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Quartz may know them too, or not: a kill between a commit and the scheduling loses nothing. What runs already is not run twice.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var unfinished = await scope.ServiceProvider.GetRequiredService<PortalDb>().Jobs.AsNoTracking()
            .Where(job => job.Status == JobStatus.Queued || job.Status == JobStatus.Running)
            .OrderBy(job => job.CreatedAt).ThenBy(job => job.Id).ToListAsync(cancellationToken);
        foreach (var job in unfinished) await quartz.ScheduleAsync(job.Id, job.Attempts, job.NotBefore);
        if (unfinished.Count > 0) LogJobsGoOn(unfinished.Count);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => stop.AnnounceAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        pools.Dispose();
        repositories.Dispose();
        SqliteConnection.ClearAllPools(); // the last connection to close empties the write-ahead log
        pathLock?.Dispose();
        pathLock = null;
    }

    private async Task MigrateAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await db.Database.MigrateAsync(cancel);
        await AuditTrail.PrepareAsync(db, cancel);
    }

    [LoggerMessage(1300, LogLevel.Information, "{Count} unfinished jobs go on")]
    private partial void LogJobsGoOn(int count);
}
