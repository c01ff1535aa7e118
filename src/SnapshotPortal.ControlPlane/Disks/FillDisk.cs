using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The job that fills a new disk with a stored snapshot, whole. Again after a kill: it writes the same content once more.</summary>
internal sealed class FillDisk(PortalDb db, ZonePools pools, RegionRepositories repositories, JobQueue jobs) : IJobWork
{
    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        var disk = await db.Disks.AsNoTracking().SingleAsync(each => each.Id == job.ResourceId, cancel);
        if (disk.Status != DiskStatus.Creating) return;
        var pool = pools[disk.ZoneId];
        var target = pool.FindDisk(disk.Id) ?? pool.CreateDisk(disk.Id, disk.LengthBytes);
        await repositories[disk.RegionId].RestoreAsync(
            disk.SourceSnapshotId!, target, new Reporter<RestoreProgress>(now => progress.Report(now.DoneBytes, now.TotalBytes)), cancel);

        await using var write = await db.BeginWriteAsync(cancel);
        (await db.Disks.SingleAsync(each => each.Id == disk.Id, cancel)).BecomeAvailable(pool);
        await write.CommitAsync();
    }

    /// <summary>A cancelled disk goes; a failed one stays in creation, so that its task can be tried again or the disk deleted.</summary>
    public async Task GiveUpAsync(Job job, OperationError error)
    {
        if (job.Status == JobStatus.Cancelled && await db.Disks.SingleOrDefaultAsync(disk => disk.Id == job.ResourceId) is { } disk) PurgeDisk.Release(db, disk, jobs);
    }

    public Task TakeUpAsync(Job job) => Task.CompletedTask;
}
