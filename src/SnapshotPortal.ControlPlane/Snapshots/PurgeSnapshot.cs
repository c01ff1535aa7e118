using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The job that removes a deleted snapshot from repository and pool, then its row, and gives the space back.</summary>
/// <remarks>
/// While a disk made from it is not whole, its content and row stay: the job does nothing, and whatever ends the last such need
/// adds another (<see cref="ResumeAsync"/>).
/// </remarks>
internal sealed class PurgeSnapshot(PortalDb db, ZonePools pools, RegionRepositories repositories) : IJobWork
{
    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId, cancel) is not { } snapshot) return;
        pools.Release(snapshot.ZoneId, snapshot.Id);
        if (pools.Bases().Contains(snapshot.Id)) return;
        await repositories[snapshot.RegionId].DeleteAsync(snapshot.Id, cancel);
        if (!snapshot.IsLocal) await repositories.SweepAsync(snapshot.RegionId, cancel);

        await using var write = await db.BeginWriteAsync(cancel);
        await db.Snapshots.Where(each => each.Id == snapshot.Id).ExecuteDeleteAsync(cancel);
        var isErased = await DiskKeys.EraseUnusedAsync(db, snapshot.KeyId, cancel);
        db.Announce(snapshot);
        await write.CommitAsync();
        if (isErased) await repositories.EraseKeyAsync(snapshot.KeyId!.Value, cancel);
    }

    /// <summary>Has those deleted snapshots removed that were kept for disks, and are not needed any more. Within a write.</summary>
    public static async Task ResumeAsync(PortalDb db, ZonePools pools, JobQueue jobs, CancellationToken cancel)
    {
        var bases = pools.Bases();

        // One that runs may have looked already; one that waits will, and one that failed waits for somebody to retry it.
        var kept = await db.Snapshots.Where(snapshot => snapshot.IsDeleted && !db.Jobs.Any(job => job.Id == snapshot.JobId && (job.Status == JobStatus.Queued || job.Status == JobStatus.Failed)))
            .ToListAsync(cancel);
        foreach (var snapshot in kept.Where(snapshot => !bases.Contains(snapshot.Id)))
            snapshot.JobId = jobs.Add(db, JobKind.PurgeSnapshot, snapshot.AccountId, snapshot.Id, snapshot.Name, UploadSnapshot.LaneOf(snapshot.SourceDiskId)).Id;
    }

    public Task GiveUpAsync(Job job, OperationError error) => Task.CompletedTask;

    public Task TakeUpAsync(Job job) => Task.CompletedTask;
}
