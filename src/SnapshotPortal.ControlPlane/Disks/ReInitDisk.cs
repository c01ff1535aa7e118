using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Gives a disk the state that it was made with (SPEC 4.3): that of its image or snapshot, or empty. Its snapshots stay, and the state before is kept for some days.</summary>
public sealed record ReInitDisk(string DiskId) : IOperation<ResetDiskResult>
{
    /// <summary>Start the instance afterwards.</summary>
    public bool AutoStartInstance { get; init; }
}

internal sealed class ReInitDiskHandler(PortalDb db, RollBacks rollBacks, InstancePower power) : IHandler<ReInitDisk, ResetDiskResult>
{
    public async Task<ResetDiskResult> RunAsync(ReInitDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        if (disk.Status != DiskStatus.InUse) throw new OperationException(DiskErrors.NotInUse, nameof(request.DiskId));
        var instance = await db.Instances.SingleAsync(each => each.Id == disk.InstanceId, cancel);
        if (instance.StartedAt is null) throw new OperationException(InstanceErrors.NeverStarted, nameof(request.DiskId));
        await db.RequireAtRestAsync(disk, DiskErrors.CreatingSnapshot, cancel);
        if (await db.Snapshots.AnyAsync(snapshot => snapshot.SourceDiskId == disk.Id && snapshot.IsLocal && !snapshot.IsDeleted, cancel))
            throw new OperationException(DiskErrors.LocalSnapshotsForbidReInit, nameof(request.DiskId));

        var before = disk.JobId;
        var rollBack = await rollBacks.RunAsync(disk, DiskRollBackKind.ReInit, await FindSourceAsync(disk, caller, cancel), cancel);
        if (request.AutoStartInstance) await power.StartAsync(db, instance, cancel);
        return new(rollBack.Id, disk.JobId == before ? null : disk.JobId);
    }

    private async Task<Snapshot?> FindSourceAsync(Disk disk, Caller caller, CancellationToken cancel)
    {
        if (disk.ImageId is { } imageId && PublicImages.All.All(image => image.ImageId != imageId) && !await db.Images.AnyAsync(image => image.Id == imageId, cancel))
            throw new OperationException(DiskErrors.ImageGone(imageId), nameof(ReInitDisk.DiskId));
        if (disk.SourceSnapshotId is not { } id) return null;
        var snapshot = await db.Snapshots.OwnedBy(caller).SingleOrDefaultAsync(each => each.Id == id, cancel) ?? throw new OperationException(DiskErrors.SourceSnapshotGone(id), nameof(ReInitDisk.DiskId));
        return snapshot.Status == SnapshotStatus.Accomplished ? snapshot : throw new OperationException(DiskErrors.SourceSnapshotGone(id), nameof(ReInitDisk.DiskId));
    }
}
