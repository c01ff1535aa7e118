using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>
/// Gives disks the state of another moment, within the caller's write. The body that a disk has is not changed but kept beside
/// the disk for <see cref="DiskRollBack.Kept"/>; undoing it changes them over.
/// </summary>
internal sealed class RollBacks(PortalDb db, DiskBodies bodies, ZonePools pools, DiskLimits limits, ResourceIds ids, TimeProvider time)
{
    /// <summary>The disk becomes what the snapshot holds, or empty. It keeps its size.</summary>
    public async Task<DiskRollBack> RunAsync(Disk disk, DiskRollBackKind kind, Snapshot? snapshot, CancellationToken cancel)
    {
        var name = snapshot switch
        {
            null => "an empty disk",
            { Name.Length: > 0 } => snapshot.Name,
            _ => snapshot.Id,
        };
        var rollBack = Keep(disk, kind, snapshot?.Id, snapshot?.CreatedAt ?? disk.CreatedAt, $"Before {(kind == DiskRollBackKind.ReInit ? "re-initialising" : "the roll back")} to {name}");
        await bodies.GiveAsync(disk, ids.New(disk.Id), snapshot, cancel);
        return rollBack;
    }

    /// <summary>The disk becomes what it was before a roll back; what it is now is kept in its turn.</summary>
    public DiskRollBack Undo(Disk disk, DiskRollBack undone)
    {
        if (undone.KeptBody is not { } body) throw new OperationException(DiskErrors.RollBackGone, "RollBackId");
        var rollBack = Keep(disk, DiskRollBackKind.Undo, null, undone.CreatedAt, "Before the roll back was undone");
        (disk.Body, disk.BodyEpoch, disk.Lineage) = (body == disk.Id ? null : body, undone.KeptBodyEpoch, undone.KeptLineage);
        undone.KeptBody = null;

        // The disk may have been enlarged meanwhile.
        if (pools.BodyOf(disk).LengthBytes < disk.LengthBytes) pools[disk.ZoneId].ResizeDisk(body, disk.LengthBytes);
        limits.Apply(disk);
        bodies.FillWhereNeeded(disk);
        return rollBack;
    }

    private DiskRollBack Keep(Disk disk, DiskRollBackKind kind, string? snapshotId, DateTimeOffset stateOf, string keptName)
    {
        var now = time.GetUtcNow();
        var rollBack = new DiskRollBack
        {
            Id = ids.New("rb"),
            AccountId = disk.AccountId,
            DiskId = disk.Id,
            Kind = kind,
            CreatedAt = now,
            SnapshotId = snapshotId,
            StateOf = stateOf,
            KeptName = keptName,
            KeptBody = disk.BodyName,
            KeptUntil = now + DiskRollBack.Kept,
            KeptBodyEpoch = disk.BodyEpoch,
            KeptLineage = disk.Lineage,
        };
        db.DiskRollBacks.Add(rollBack);
        db.Announce(disk);
        return rollBack;
    }
}
