using System.Collections.Concurrent;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Takes jobs: the row is part of the write that makes them necessary, and is dispatched once that is committed.</summary>
internal sealed class JobQueue(QuartzJobs quartz, ResourceIds ids, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, RunningJob> running = new(StringComparer.Ordinal);

    public Job Add(PortalDb db, JobKind kind, string accountId, string resourceId, string resourceName, string? lane)
    {
        var job = new Job
        {
            Id = ids.New("t"),
            AccountId = accountId,
            Kind = kind,
            ResourceId = resourceId,
            ResourceName = resourceName,
            Lane = lane,
            Status = JobStatus.Queued,
            CreatedAt = time.GetUtcNow(),
        };
        db.Jobs.Add(job);
        Dispatch(db, job);
        return job;
    }

    /// <summary>Has a queued job looked at once the write is committed. A kill in between loses nothing: the start looks at all of them.</summary>
    public void Dispatch(PortalDb db, Job job) => db.AfterCommit(() => quartz.ScheduleAsync(job.Id, job.Attempts, job.NotBefore));

    /// <summary>Stops a job: one that waits ends at once, one that runs as soon as its work notices.</summary>
    public async Task CancelAsync(PortalDb db, Job job, IJobWork work)
    {
        job.CancelRequested = true;
        if (job.Status == JobStatus.Queued)
        {
            job.End(JobStatus.Cancelled, JobErrors.Cancelled, time.GetUtcNow());
            await work.GiveUpAsync(job, JobErrors.Cancelled);
            return;
        }

        db.AfterCommit(async () =>
        {
            if (running.TryGetValue(job.Id, out var run)) await run.Cancel.CancelAsync();
        });
    }

    /// <summary>Claims a job; false where it runs already (a recovered trigger beside the one from the start).</summary>
    public bool TryClaim(string jobId, RunningJob run) => running.TryAdd(jobId, run);

    public void Release(string jobId, RunningJob run) => running.TryRemove(KeyValuePair.Create(jobId, run));

    /// <summary>How far a job is now: from memory while it runs, else from its row.</summary>
    public JobProgress.Sample ProgressOf(Job job)
        => running.TryGetValue(job.Id, out var run) && run.Progress.Now is { BytesTotal: > 0 } now ? now : new(job.BytesDone, job.BytesTotal, 0);
}

/// <summary>A job that this process is working on.</summary>
internal sealed record RunningJob(JobProgress Progress, CancellationTokenSource Cancel);
