using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The job that has a disk's new category and performance level hold: whatever its row says by then.</summary>
internal sealed class LimitDisk(PortalDb db, DiskLimits limits) : IJobWork
{
    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.Disks.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId && !each.IsReleased, cancel) is { } disk) limits.Apply(disk);
    }

    public Task GiveUpAsync(Job job, OperationError error) => Task.CompletedTask;

    public Task TakeUpAsync(Job job) => Task.CompletedTask;
}
