using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>A job about a store: does it, and keeps the result in its <see cref="StoreCheck"/>. Killed anywhere it begins anew.</summary>
internal abstract class StoreWork(PortalDb db, TimeProvider time) : IJobWork
{
    protected PortalDb Db => db;

    protected TimeProvider Time => time;

    protected abstract Task<StoreResult> RunAsync(StoreCheck check, JobProgress progress, CancellationToken cancel);

    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.StoreChecks.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId, cancel) is not { FinishedAt: null } check) return;
        var result = await RunAsync(check, progress, cancel);
        cancel.ThrowIfCancellationRequested();
        await using var write = await db.BeginWriteAsync(cancel);
        (await db.StoreChecks.SingleAsync(each => each.Id == check.Id, cancel)).End(result, time.GetUtcNow());
        await write.CommitAsync();
    }

    public async Task GiveUpAsync(Job job, OperationError error)
    {
        if (await db.StoreChecks.SingleOrDefaultAsync(each => each.Id == job.ResourceId) is { FinishedAt: null } check)
            (check.ErrorMessage, check.FinishedAt) = (error.Message, time.GetUtcNow());
    }

    public async Task TakeUpAsync(Job job)
    {
        if (await db.StoreChecks.SingleOrDefaultAsync(each => each.Id == job.ResourceId) is { IsSound: null } check)
            (check.ErrorMessage, check.FinishedAt) = (null, null);
    }
}
