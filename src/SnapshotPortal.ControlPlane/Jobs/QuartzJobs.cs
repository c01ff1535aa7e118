using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>The thin tie to Quartz: when a job's row is looked at. Triggers survive a restart in a database of their own.</summary>
internal sealed class QuartzJobs(ISchedulerFactory schedulers, TimeProvider time)
{
    /// <summary>Uploads use two threads each; more of them at once would only share the same cores and disks.</summary>
    private const int JobsAtOnce = 4;

    private const string JobName = "portal-job";
    private const string JobIdKey = "JobId";

    /// <summary>Has a job looked at now, or at a later time.</summary>
    public async Task ScheduleAsync(string jobId, int attempt, DateTimeOffset? at)
    {
        var scheduler = await schedulers.GetScheduler();
        var key = new TriggerKey(string.Create(CultureInfo.InvariantCulture, $"{jobId}.{attempt}.{time.GetTimestamp()}"));
        var trigger = TriggerBuilder.Create().ForJob(JobName).WithIdentity(key).WithExecutionGroup(JobName).UsingJobData(JobIdKey, jobId);
        await scheduler.ScheduleJob(trigger.StartAt(at ?? time.GetUtcNow()).Build());
    }

    public static void Register(IServiceCollection services, string dataPath)
    {
        var path = Path.Combine(dataPath, "jobs.db");
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "SnapshotPortal";
                scheduler.InstanceId = "local";
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(5);
            });
            quartz.UseDefaultThreadPool(maxConcurrency: JobsAtOnce + PolicyClock.ThreadsAtOnce);
            quartz.UseExecutionLimits(limits => limits.ForGroup(JobName, JobsAtOnce));
            quartz.UsePersistentStore(store =>
            {
                store.UseSqlite(SqliteFactory.Instance, $"Data Source={path};Default Timeout=30");
                store.ProvisionSchema();
                store.ConfigureStore(options => options.StoreJobDataAsStrings = true);
            });
            quartz.AddJob<PortalJob>(job => job.WithIdentity(JobName).StoreDurably().RequestRecovery());
            PolicyClock.Register(quartz);
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        services.AddSingleton<QuartzJobs>();
    }

    /// <summary>Quartz leaves the journal as it is; in WAL mode it schedules about ten times as fast (and readers do not block).</summary>
    public static async Task PrepareAsync(string dataPath, CancellationToken cancel)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(dataPath, "jobs.db")}");
        await connection.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL";
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>What Quartz calls.</summary>
    internal sealed class PortalJob(JobRunner runner, PortalStop stop) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            await stop.UntilAsync(either => runner.RunAsync(context.MergedJobDataMap.GetString(JobIdKey)!, either), cancellationToken);
        }
    }
}

/// <summary>Tells running jobs that the portal stops: they keep what they have and go on at the next start.</summary>
internal sealed class PortalStop : IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Does work that is cancelled when the portal stops, or by its own reason.</summary>
    public async Task UntilAsync(Func<CancellationToken, Task> work, CancellationToken own)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(own, stopping.Token);
        await work(either.Token);
    }

    public Task AnnounceAsync() => stopping.CancelAsync();

    public void Dispose() => stopping.Dispose();
}
