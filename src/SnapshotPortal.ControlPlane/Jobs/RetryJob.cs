using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Lets a failed job go on where it stopped.</summary>
[PortalOnly]
public sealed record RetryJob(string JobId) : IOperation<Done>;

internal sealed class RetryJobHandler(PortalDb db, JobQueue queue, IServiceProvider services) : IHandler<RetryJob, Done>
{
    public async Task<Done> RunAsync(RetryJob request, Caller caller, CancellationToken cancel)
    {
        var job = await db.Jobs.GetAsync(caller, request.JobId, cancel);
        if (!job.CanRetry) throw new OperationException(JobErrors.NotFailed, nameof(request.JobId));
        (job.Status, job.FinishedAt, job.Attempts, job.CancelRequested) = (JobStatus.Queued, null, 0, false);
        await services.GetRequiredKeyedService<IJobWork>(job.Kind).TakeUpAsync(job);
        queue.Dispatch(db, job);
        return Done.Instance;
    }
}
