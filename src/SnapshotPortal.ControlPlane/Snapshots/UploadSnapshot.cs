using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The job that stores a frozen snapshot: what changed since the newest stored one of its disk, or everything. Then the pool lets it go, and it is a normal one.</summary>
internal sealed class UploadSnapshot(PortalDb db, ZonePools pools, RegionRepositories repositories, DiskKeys keys, JobQueue jobs, ResourceIds ids, TimeProvider time) : IJobWork
{
    /// <summary>The snapshots of a disk are stored in the order in which they were taken, so that each finds the one before.</summary>
    public static string LaneOf(string diskId) => $"upload {diskId}";

    /// <summary>Begins to make a normal snapshot of a local one.</summary>
    public static void Begin(PortalDb db, JobQueue jobs, Snapshot local)
    {
        (local.Status, local.ErrorMessage) = (SnapshotStatus.Progressing, null);
        local.JobId = jobs.Add(db, JobKind.UploadSnapshot, local.AccountId, local.Id, local.Name, LaneOf(local.SourceDiskId)).Id;
    }

    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId && !each.IsDeleted, cancel) is not { } snapshot) return;
        if (snapshot.Status != SnapshotStatus.Accomplished)
        {
            // Stored already where a kill came between the repository's last word and ours.
            var stored = await repositories[snapshot.RegionId].FindAsync(snapshot.Id, cancel) ?? await StoreAsync(snapshot, progress, cancel);
            await AccomplishAsync(snapshot.Id, stored, cancel);
        }

        if (!snapshot.IsFrozen) return;

        // The row first: who clones the frozen content sees it in a write of its own. After a kill in between the start lets it go.
        await ReleaseAsync(snapshot, cancel);
        await using var write = await db.BeginWriteAsync(cancel);
        await PurgeSnapshot.ResumeAsync(db, pools, jobs, cancel);
        await write.CommitAsync();
    }

    public async Task GiveUpAsync(Job job, OperationError error)
    {
        if (await db.Snapshots.SingleOrDefaultAsync(each => each.Id == job.ResourceId) is not { Status: SnapshotStatus.Progressing } snapshot) return;
        (snapshot.Status, snapshot.ErrorMessage, snapshot.ModifiedAt) = (snapshot.IsLocal ? SnapshotStatus.Accomplished : SnapshotStatus.Failed, error.Message, time.GetUtcNow());
        await PolicyRun.FollowAsync(db, snapshot, error, time.GetUtcNow());
        if (snapshot.IsLocal) return; // it is the local snapshot that it was
        if (job.Status != JobStatus.Cancelled) return; // the content stays frozen, so that the job can be tried again
        snapshot.IsFrozen = false;
        db.AfterCommit(() =>
        {
            pools.Release(snapshot.ZoneId, snapshot.Id);
            return Task.CompletedTask;
        });
    }

    public async Task TakeUpAsync(Job job)
    {
        var snapshot = await db.Snapshots.SingleOrDefaultAsync(each => each.Id == job.ResourceId && each.JobId == job.Id);
        if (snapshot is not ({ Status: SnapshotStatus.Failed } or { IsLocal: true })) return;
        (snapshot.Status, snapshot.ErrorMessage) = (SnapshotStatus.Progressing, null);
        await PolicyRun.FollowAsync(db, snapshot, null, time.GetUtcNow());
    }

    private async Task<StoredSnapshotInfo> StoreAsync(Snapshot snapshot, JobProgress progress, CancellationToken cancel)
    {
        var frozen = pools.FrozenContentOf(snapshot);
        if (frozen.Damage is { } damage) throw new EngineException(EngineFault.Corrupt, $"The disk was damaged when the snapshot was taken, so its content is not stored: {damage}");
        var key = await keys.FindAsync(db, snapshot.KeyId, cancel);
        while (true)
        {
            var predecessor = await db.FindLineageAsync(snapshot, cancel);
            var upload = new SnapshotUpload
            {
                SnapshotId = snapshot.Id,
                DiskId = snapshot.SourceDiskId,
                Source = frozen,
                Changed = frozen.ChangedSince(predecessor.Epoch),
                PredecessorId = predecessor.SnapshotId,
                Key = key,
                Labels = SnapshotLabels.Of(snapshot),
            };
            try
            {
                return await repositories[snapshot.RegionId].UploadAsync(upload, new Reporter<UploadProgress>(now => progress.Report(now.DoneBytes, now.TotalBytes)), cancel);
            }
            catch (EngineException exception) when (exception.Fault == EngineFault.Missing && predecessor.SnapshotId is not null)
            {
                // It was deleted meanwhile, and the next older one does as well; or else it is lost.
                if (await db.FindLineageAsync(snapshot, cancel) == predecessor) throw;
            }
        }
    }

    private async Task AccomplishAsync(string snapshotId, StoredSnapshotInfo stored, CancellationToken cancel)
    {
        await using var write = await db.BeginWriteAsync(cancel);
        if (await db.Snapshots.SingleOrDefaultAsync(each => each.Id == snapshotId, cancel) is { } row)
        {
            row.Accomplish(stored.StoredBytes, stored.FullBytes, stored.IsFull, time.GetUtcNow());
            await PolicyRun.FollowAsync(db, row, null, time.GetUtcNow());
            if (row.IsLocal) await JoinNormalChainAsync(row, cancel);
        }

        await write.CommitAsync();
    }

    private async Task JoinNormalChainAsync(Snapshot row, CancellationToken cancel)
    {
        (row.IsLocal, row.InstantAccessRetentionDays) = (false, null);
        var disk = await db.Disks.SingleOrDefaultAsync(each => each.Id == row.SourceDiskId, cancel);
        row.LinkId = disk?.SnapshotLinkId
            ?? await db.Snapshots.Where(each => each.SourceDiskId == row.SourceDiskId && !each.IsLocal && each.Id != row.Id).Select(each => each.LinkId).FirstOrDefaultAsync(cancel)
            ?? ids.New("sl");
        if (disk is not null) disk.SnapshotLinkId = row.LinkId;
    }

    private async Task ReleaseAsync(Snapshot snapshot, CancellationToken cancel)
    {
        await using (var write = await db.BeginWriteAsync(cancel))
        {
            if (await db.Snapshots.SingleOrDefaultAsync(each => each.Id == snapshot.Id, cancel) is { } row) row.IsFrozen = false;
            await write.CommitAsync();
        }

        pools.Release(snapshot.ZoneId, snapshot.Id);
    }
}
