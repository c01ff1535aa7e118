using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Ends a check that waits or runs, without a result.</summary>
[PortalOnly]
public sealed record CancelStoreCheck(string CheckId) : IOperation<Done>;

internal sealed class CancelStoreCheckHandler(PortalDb db, JobQueue jobs, IServiceProvider services) : IHandler<CancelStoreCheck, Done>
{
    public async Task<Done> RunAsync(CancelStoreCheck request, Caller caller, CancellationToken cancel)
    {
        var check = await db.StoreChecks.SingleOrDefaultAsync(each => each.Id == request.CheckId, cancel) ?? throw new OperationException(StoreErrors.CheckNotFound, nameof(request.CheckId));
        if (await db.Jobs.SingleOrDefaultAsync(each => each.Id == check.JobId, cancel) is not { IsUnfinished: true } job) throw new OperationException(StoreErrors.CheckEnded, nameof(request.CheckId));
        await jobs.CancelAsync(db, job, services.GetRequiredKeyedService<IJobWork>(job.Kind));
        return Done.Instance;
    }
}
