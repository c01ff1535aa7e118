using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Runs one job from its row to its end: claims it, lets its work be done, writes down what came of it, wakes the next of its lane.</summary>
internal sealed partial class JobRunner(
    IServiceScopeFactory scopes, JobQueue queue, ChangeFeed feed, TimeProvider time, ILogger<JobRunner> log)
{
    private const int AttemptsMax = 8;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns when there is nothing to do for the job now; cancelling means that the portal stops, and the job goes on at the next start.</summary>
    public async Task RunAsync(string jobId, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var run = new RunningJob(new JobProgress(time), cancel);
        if (await BeginAsync(jobId, run) is not { } job) return;
        try
        {
            var failure = await WorkAsync(job, run, stop);
            await EndAsync(job, run, failure, stop);
        }
        finally
        {
            queue.Release(jobId, run);
        }

        await WakeLaneAsync(job.Lane);
    }

    /// <summary>
    /// Claims and releases happen inside writes, so that they and the rows change together: whoever dispatches a job after
    /// a commit finds it claimable if its row says so, and no trigger is lost.
    /// </summary>
    private async Task<Job?> BeginAsync(string jobId, RunningJob run)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await using var write = await db.BeginWriteAsync(CancellationToken.None);
        var job = await db.Jobs.SingleOrDefaultAsync(each => each.Id == jobId);
        if (job is not { IsUnfinished: true } || job.NotBefore > time.GetUtcNow()) return null;
        if (await FirstOfLaneAsync(db, job.Lane) is { } first && first.Id != job.Id) return null;
        if (!queue.TryClaim(jobId, run)) return null;
        job.Status = JobStatus.Running;
        job.StartedAt ??= time.GetUtcNow();
        job.NotBefore = null;
        job.Attempts++;
        await write.CommitAsync();
        return job;
    }

    /// <summary>What the work threw; null where it is done.</summary>
    private async Task<Exception?> WorkAsync(Job job, RunningJob run, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var telling = TellAsync(job, run.Progress, ended.Token);
        try
        {
            if (job.CancelRequested) await run.Cancel.CancelAsync();
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredKeyedService<IJobWork>(job.Kind).RunAsync(job, run.Progress, run.Cancel.Token);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            await ended.CancelAsync();
            await telling;
        }
    }

    private async Task EndAsync(Job claimed, RunningJob run, Exception? failure, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await using var write = await db.BeginWriteAsync(CancellationToken.None);
        var job = await db.Jobs.SingleAsync(each => each.Id == claimed.Id, CancellationToken.None);
        var work = scope.ServiceProvider.GetRequiredKeyedService<IJobWork>(job.Kind);
        (job.BytesDone, job.BytesTotal) = (run.Progress.Now.BytesDone, run.Progress.Now.BytesTotal);
        if (failure is null)
        {
            job.End(JobStatus.Finished, null, time.GetUtcNow());
        }
        else if (job.CancelRequested && failure is OperationCanceledException)
        {
            job.End(JobStatus.Cancelled, JobErrors.Cancelled, time.GetUtcNow());
            await work.GiveUpAsync(job, JobErrors.Cancelled);
        }
        else if (stop.IsCancellationRequested)
        {
            (job.Status, job.Attempts) = (JobStatus.Queued, job.Attempts - 1); // the stop is not its fault
        }
        else if (EngineFaults.IsTransient(failure) && (job.Attempts < AttemptsMax || job.OutwaitsStore))
        {
            (job.Status, job.ErrorCode, job.ErrorMessage) = (JobStatus.Queued, EngineFaults.ToError((EngineException)failure).Code, failure.Message);
            job.NotBefore = time.GetUtcNow() + TimeSpan.FromSeconds(Math.Pow(2, Math.Min(job.Attempts, AttemptsMax)));
            queue.Dispatch(db, job);
        }
        else
        {
            LogFailed(failure, job.Kind, job.Id, job.ResourceId);
            var error = (failure as OperationException)?.Error ?? (failure is EngineException engine ? EngineFaults.ToError(engine) : OperationErrors.Internal);
            job.End(JobStatus.Failed, error, time.GetUtcNow());
            await work.GiveUpAsync(job, error);
        }

        queue.Release(job.Id, run);
        await write.CommitAsync();
    }

    /// <summary>While the work goes on: tells the watchers four times a second, and once a second the row, what has moved.</summary>
    private async Task TellAsync(Job job, JobProgress progress, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Tick, time);
        JobProgress.Sample told = default, written = default;
        for (var tick = 1; ; tick++)
        {
            try
            {
                await timer.WaitForNextTickAsync(ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var now = progress.Now;
            if (now != told) feed.Publish([job.ToChange(), job.ToResourceChange()]);
            told = now;
            if (tick % 4 != 0 || now == written) continue;
            await WriteProgressAsync(job.Id, now);
            written = now;
        }
    }

    private async Task WriteProgressAsync(string jobId, JobProgress.Sample now)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await using var write = await db.BeginWriteAsync(CancellationToken.None);
        await db.Jobs.Where(job => job.Id == jobId).ExecuteUpdateAsync(
            set => set.SetProperty(job => job.BytesDone, now.BytesDone).SetProperty(job => job.BytesTotal, now.BytesTotal));
        await write.CommitAsync();
    }

    private async Task WakeLaneAsync(string? lane)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await using var write = await db.BeginWriteAsync(CancellationToken.None);
        if (await FirstOfLaneAsync(db, lane) is { Status: JobStatus.Queued, NotBefore: null } next) queue.Dispatch(db, next);
        await write.CommitAsync();
    }

    /// <summary>The job of a lane whose turn it is: the one that runs, or the oldest that waits.</summary>
    private static async Task<Job?> FirstOfLaneAsync(PortalDb db, string? lane)
        => lane is null ? null : await db.Jobs
            .Where(job => job.Lane == lane && (job.Status == JobStatus.Queued || job.Status == JobStatus.Running))
            .OrderByDescending(job => job.Status == JobStatus.Running).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id).FirstOrDefaultAsync();

    [LoggerMessage(1200, LogLevel.Error, "The job {Kind} {JobId} for {ResourceId} failed")]
    private partial void LogFailed(Exception exception, JobKind kind, string jobId, string resourceId);
}
