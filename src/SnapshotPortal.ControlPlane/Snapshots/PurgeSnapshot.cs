using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The job that removes a deleted snapshot from repository and pool, then its row, and gives the space back.</summary>
internal sealed class PurgeSnapshot(PortalDb db, ZonePools pools, RegionRepositories repositories) : IJobWork
{
    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId, cancel) is not { } snapshot) return;
        await repositories[snapshot.RegionId].DeleteAsync(snapshot.Id, cancel);
        await repositories.SweepAsync(snapshot.RegionId, cancel);
        pools.Release(snapshot.ZoneId, snapshot.Id);

        await using var write = await db.BeginWriteAsync(cancel);
        await db.Snapshots.Where(each => each.Id == snapshot.Id).ExecuteDeleteAsync(cancel);
        db.Announce(snapshot);
        await write.CommitAsync();
    }

    public Task GiveUpAsync(Job job, OperationError error) => Task.CompletedTask;

    public Task TakeUpAsync(Job job) => Task.CompletedTask;
}
