using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Releases a disk: its content is lost, its manual snapshots stay. An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteDisk(string DiskId) : IOperation<Done>;

internal sealed class DeleteDiskHandler(PortalDb db, JobQueue jobs, [FromKeyedServices(JobKind.FillDisk)] IJobWork fill) : IHandler<DeleteDisk, Done>
{
    public async Task<Done> RunAsync(DeleteDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.OwnedBy(caller).SingleOrDefaultAsync(each => each.Id == request.DiskId, cancel);
        if (disk is null) return Done.Instance;
        if (disk.InstanceId is not null) throw new OperationException(DiskErrors.Attached, nameof(request.DiskId));
        await db.RequireNoUploadAsync(disk.Id, cancel);
        await db.RequireNoSnapshotInProgressAsync(disk.Id, cancel);
        if (await db.Jobs.SingleOrDefaultAsync(job => job.Id == disk.JobId, cancel) is { IsUnfinished: true } filling) await jobs.CancelAsync(db, filling, fill);
        PurgeDisk.Release(db, disk, jobs);
        return Done.Instance;
    }
}
