using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Stops a job that runs or waits; what it was making fails.</summary>
[PortalOnly]
public sealed record CancelJob(string JobId) : IOperation<Done>;

internal sealed class CancelJobHandler(PortalDb db, JobQueue queue, IServiceProvider services) : IHandler<CancelJob, Done>
{
    public async Task<Done> RunAsync(CancelJob request, Caller caller, CancellationToken cancel)
    {
        var job = await db.Jobs.GetAsync(caller, request.JobId, cancel);
        if (!job.CanCancel) throw new OperationException(JobErrors.NotCancellable, nameof(request.JobId));
        await queue.CancelAsync(db, job, services.GetRequiredKeyedService<IJobWork>(job.Kind));
        return Done.Instance;
    }
}
