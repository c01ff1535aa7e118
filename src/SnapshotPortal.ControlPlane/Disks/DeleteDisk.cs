using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Releases a disk: its content is lost, its manual and local snapshots stay, and its automatic ones where it says so (SPEC 4.6). An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteDisk(string DiskId) : IOperation<Done>;

internal sealed class DeleteDiskHandler(PortalDb db, JobQueue jobs, DeleteSnapshotHandler deleteSnapshot, [FromKeyedServices(JobKind.FillDisk)] IJobWork fill)
    : IHandler<DeleteDisk, Done>
{
    public async Task<Done> RunAsync(DeleteDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.OwnedBy(caller).SingleOrDefaultAsync(each => each.Id == request.DiskId, cancel);
        if (disk is null) return Done.Instance;
        if (disk.InstanceId is not null) throw new OperationException(DiskErrors.Attached, nameof(request.DiskId));
        await db.RequireNoUploadAsync(disk.Id, cancel);
        await db.RequireNoSnapshotInProgressAsync(disk.Id, cancel);
        if (await db.Jobs.SingleOrDefaultAsync(job => job.Id == disk.JobId, cancel) is { IsUnfinished: true } filling) await jobs.CancelAsync(db, filling, fill);
        if (disk.DeleteAutoSnapshot) await DeleteAutomaticSnapshotsAsync(disk, caller, cancel);
        PurgeDisk.Release(db, disk, jobs);
        return Done.Instance;
    }

    /// <summary>Those that an image needs stay, as when they expire.</summary>
    private async Task DeleteAutomaticSnapshotsAsync(Disk disk, Caller caller, CancellationToken cancel)
    {
        var automatic = db.Snapshots.Where(snapshot => snapshot.SourceDiskId == disk.Id && snapshot.PolicyId != null && !snapshot.IsDeleted);
        foreach (var id in await automatic.Where(snapshot => !db.Images.Any(image => image.Disks.Any(each => each.SnapshotId == snapshot.Id))).Select(snapshot => snapshot.Id).ToListAsync(cancel))
            await deleteSnapshot.RunAsync(new(id) { Force = true }, caller, cancel);
    }
}
