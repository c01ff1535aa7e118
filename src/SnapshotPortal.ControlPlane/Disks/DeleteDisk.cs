using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Releases a disk: its content is lost, its manual snapshots stay. An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteDisk(string DiskId) : IOperation<Done>;

internal sealed class DeleteDiskHandler(PortalDb db, JobQueue jobs) : IHandler<DeleteDisk, Done>
{
    public async Task<Done> RunAsync(DeleteDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.OwnedBy(caller).SingleOrDefaultAsync(each => each.Id == request.DiskId, cancel);
        if (disk is null) return Done.Instance;
        if (await db.Jobs.AnyAsync(job => job.Id == disk.JobId && (job.Status == JobStatus.Queued || job.Status == JobStatus.Running), cancel))
            throw new OperationException(DiskErrors.BeingMade, nameof(request.DiskId));
        await db.RequireNoUploadAsync(disk.Id, cancel);
        await db.RequireNoSnapshotInProgressAsync(disk.Id, cancel);
        PurgeDisk.Release(db, disk, jobs);
        return Done.Instance;
    }
}
