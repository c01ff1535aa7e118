using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Brings the state back that a disk had before a roll back or a re-initialisation. What the disk holds now is kept in its turn.</summary>
[PortalOnly]
public sealed record UndoResetDisk(string DiskId, string RollBackId) : IOperation<ResetDiskResult>;

internal sealed class UndoResetDiskHandler(PortalDb db, RollBacks rollBacks) : IHandler<UndoResetDisk, ResetDiskResult>
{
    public async Task<ResetDiskResult> RunAsync(UndoResetDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        var undone = await db.DiskRollBacks.GetAsync(caller, disk.Id, request.RollBackId, cancel);
        await db.RequireAtRestAsync(disk, DiskErrors.UnfinishedSnapshot, cancel);
        var before = disk.JobId;
        var rollBack = rollBacks.Undo(disk, undone);
        return new(rollBack.Id, disk.JobId == before ? null : disk.JobId);
    }
}
