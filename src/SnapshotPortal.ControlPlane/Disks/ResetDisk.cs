using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Rolls a disk back to one of its own snapshots (SPEC 4.2). It can be used at once, whatever its size; the state before is kept for some days.</summary>
public sealed record ResetDisk(string DiskId, string SnapshotId) : IOperation<ResetDiskResult>
{
    public bool DryRun { get; init; }
}

/// <summary>What was done.</summary>
/// <param name="RollBackId">With which <see cref="UndoResetDisk"/> brings the state before back.</param>
/// <param name="JobId">The job that copies the content of a normal snapshot to the disk; null where there is nothing to copy.</param>
public sealed record ResetDiskResult([property: PortalOnly] string RollBackId, [property: PortalOnly] string? JobId);

internal sealed class ResetDiskHandler(PortalDb db, RollBacks rollBacks) : IHandler<ResetDisk, ResetDiskResult>
{
    public async Task<ResetDiskResult> RunAsync(ResetDisk request, Caller caller, CancellationToken cancel)
    {
        var (disk, snapshot) = await CheckAsync(request.DiskId, request.SnapshotId, caller, cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        var before = disk.JobId;
        var rollBack = await rollBacks.RunAsync(disk, DiskRollBackKind.RollBack, snapshot, cancel);
        return new(rollBack.Id, disk.JobId == before ? null : disk.JobId);
    }

    /// <summary>The disk and the snapshot where all of SPEC 4.2 is fulfilled.</summary>
    public async Task<(Disk Disk, Snapshot Snapshot)> CheckAsync(string diskId, string snapshotId, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.GetAsync(caller, diskId, cancel);
        var snapshot = await db.Snapshots.GetAsync(caller, snapshotId, cancel);
        if (snapshot.SourceDiskId != disk.Id) throw new OperationException(DiskErrors.SnapshotOfOther, "SnapshotId");
        if (snapshot.Status == SnapshotStatus.Failed || !snapshot.IsAvailable) throw new OperationException(SnapshotErrors.NotReady, "SnapshotId");
        await db.RequireAtRestAsync(disk, DiskErrors.UnfinishedSnapshot, cancel);
        return (disk, snapshot);
    }
}
