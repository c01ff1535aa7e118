using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The job that stores a frozen snapshot: what changed since the newest stored one of its disk, or everything. Then the pool lets it go.</summary>
internal sealed class UploadSnapshot(PortalDb db, ZonePools pools, RegionRepositories repositories, JobQueue jobs, TimeProvider time) : IJobWork
{
    private readonly record struct Predecessor(string? SnapshotId, uint Epoch);

    /// <summary>The snapshots of a disk are stored in the order in which they were taken, so that each finds the one before.</summary>
    public static string LaneOf(string diskId) => $"upload {diskId}";

    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId && !each.IsDeleted, cancel) is not { } snapshot) return;
        if (snapshot.Status != SnapshotStatus.Accomplished)
        {
            // Stored already where a kill came between the repository's last word and ours.
            var stored = await repositories[snapshot.RegionId].FindAsync(snapshot.Id, cancel) ?? await StoreAsync(snapshot, progress, cancel);
            await ChangeAsync(snapshot.Id, row => row.Accomplish(stored.StoredBytes, stored.FullBytes, stored.IsFull, time.GetUtcNow()), cancel);
        }

        if (!snapshot.IsFrozen) return;

        // The row first: who clones the frozen content sees it in a write of its own. After a kill in between the start lets it go.
        await ChangeAsync(snapshot.Id, row => row.IsFrozen = false, cancel);
        pools.Release(snapshot.ZoneId, snapshot.Id);
        await using var write = await db.BeginWriteAsync(cancel);
        await PurgeSnapshot.ResumeAsync(db, pools, jobs, cancel);
        await write.CommitAsync();
    }

    public async Task GiveUpAsync(Job job, OperationError error)
    {
        if (await db.Snapshots.SingleOrDefaultAsync(each => each.Id == job.ResourceId) is not { Status: SnapshotStatus.Progressing } snapshot) return;
        (snapshot.Status, snapshot.ErrorMessage, snapshot.ModifiedAt) = (SnapshotStatus.Failed, error.Message, time.GetUtcNow());
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
        if (await db.Snapshots.SingleOrDefaultAsync(each => each.Id == job.ResourceId) is { Status: SnapshotStatus.Failed } snapshot)
            (snapshot.Status, snapshot.ErrorMessage) = (SnapshotStatus.Progressing, null);
    }

    private async Task<StoredSnapshotInfo> StoreAsync(Snapshot snapshot, JobProgress progress, CancellationToken cancel)
    {
        var frozen = pools[snapshot.ZoneId].FindSnapshot(snapshot.Id)
            ?? throw new EngineException(EngineFault.Missing, $"The pool of zone {snapshot.ZoneId} does not hold the frozen content of {snapshot.Id}; delete the snapshot and take another.");
        if (frozen.Damage is { } damage) throw new EngineException(EngineFault.Corrupt, $"The disk was damaged when the snapshot was taken, so its content is not stored: {damage}");
        while (true)
        {
            var predecessor = await FindPredecessorAsync(snapshot, cancel);
            var upload = new SnapshotUpload
            {
                SnapshotId = snapshot.Id,
                DiskId = snapshot.SourceDiskId,
                Source = frozen,
                Changed = frozen.ChangedSince(predecessor.Epoch),
                PredecessorId = predecessor.SnapshotId,
            };
            try
            {
                return await repositories[snapshot.RegionId].UploadAsync(upload, new Reporter<UploadProgress>(now => progress.Report(now.DoneBytes, now.TotalBytes)), cancel);
            }
            catch (EngineException exception) when (exception.Fault == EngineFault.Missing && predecessor.SnapshotId is not null)
            {
                // It was deleted meanwhile, and the next older one does as well; or else it is lost.
                if (await FindPredecessorAsync(snapshot, cancel) == predecessor) throw;
            }
        }
    }

    /// <summary>The newest stored content that this snapshot's disk is known to have grown from: an own earlier snapshot, or the one it was made from.</summary>
    private async Task<Predecessor> FindPredecessorAsync(Snapshot snapshot, CancellationToken cancel)
    {
        var stored = db.Snapshots.Where(each => each.Status == SnapshotStatus.Accomplished && !each.IsDeleted && each.RegionId == snapshot.RegionId);
        var own = await stored.Where(each => each.SourceDiskId == snapshot.SourceDiskId && each.Epoch < snapshot.Epoch)
            .OrderByDescending(each => each.Epoch).Select(each => new { each.Id, each.Epoch }).FirstOrDefaultAsync(cancel);
        if (own is not null) return new(own.Id, own.Epoch);
        var origin = await db.Disks.Where(disk => disk.Id == snapshot.SourceDiskId && disk.SourceEpoch != null && stored.Any(each => each.Id == disk.SourceSnapshotId))
            .Select(disk => new { disk.SourceSnapshotId, disk.SourceEpoch }).SingleOrDefaultAsync(cancel);
        return origin is null ? default : new(origin.SourceSnapshotId, origin.SourceEpoch!.Value);
    }

    private async Task ChangeAsync(string snapshotId, Action<Snapshot> change, CancellationToken cancel)
    {
        await using var write = await db.BeginWriteAsync(cancel);
        if (await db.Snapshots.SingleOrDefaultAsync(each => each.Id == snapshotId, cancel) is { } row) change(row);
        await write.CommitAsync();
    }
}
