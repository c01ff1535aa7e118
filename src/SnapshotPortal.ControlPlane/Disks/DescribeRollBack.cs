using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>What rolling a disk back to a snapshot, or undoing a roll back, would take from it: to be asked before.</summary>
[PortalOnly]
public sealed record DescribeRollBack(string DiskId) : IOperation<RollBackConsequences>
{
    public string? SnapshotId { get; init; }

    public string? RollBackId { get; init; }
}

/// <summary>What would be different.</summary>
/// <param name="ChangedBytes">How much was written since that state; null where the disk did not grow from it, so that anything may differ.</param>
/// <param name="StateOf">The moment whose state the disk would get.</param>
/// <param name="LaterSnapshots">How many snapshots of the disk are later than that; they stay.</param>
/// <param name="UndoDays">How long it could be undone.</param>
public sealed record RollBackConsequences(long? ChangedBytes, DateTimeOffset StateOf, int LaterSnapshots, int UndoDays);

internal sealed class DescribeRollBackHandler(PortalDb db, ZonePools pools, ResourceIds ids) : IHandler<DescribeRollBack, RollBackConsequences>
{
    public async Task<RollBackConsequences> RunAsync(DescribeRollBack request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.AsNoTracking().GetAsync(caller, request.DiskId, cancel);
        var last = await db.DiskRollBacks.AsNoTracking().Where(each => each.DiskId == disk.Id).OrderByDescending(each => each.CreatedAt).FirstOrDefaultAsync(cancel);
        uint? since;
        DateTimeOffset stateOf;
        if (request.RollBackId is { } id)
        {
            var undone = await db.DiskRollBacks.AsNoTracking().GetAsync(caller, disk.Id, id, cancel);
            (since, stateOf) = (undone.Id == last?.Id ? disk.BodyEpoch : null, undone.CreatedAt);
        }
        else
        {
            var snapshot = await db.Snapshots.AsNoTracking().GetAsync(caller, request.SnapshotId ?? "", cancel);
            since = snapshot.SourceDiskId == disk.Id && snapshot.Body == disk.Body ? snapshot.Epoch : last is not null && last.SnapshotId == snapshot.Id ? disk.BodyEpoch : null;
            stateOf = snapshot.CreatedAt;
        }

        var later = await db.Snapshots.CountAsync(each => each.SourceDiskId == disk.Id && !each.IsDeleted && each.CreatedAt > stateOf, cancel);
        return new(since is { } epoch ? ChangedBytes(disk, epoch) : null, stateOf, later, DiskRollBack.Kept.Days);
    }

    /// <summary>Only what is frozen can be compared.</summary>
    private long? ChangedBytes(Disk disk, uint epoch)
    {
        var name = ids.New("content");
        var now = pools[disk.ZoneId].TakeSnapshot(disk.BodyName, name);
        try
        {
            return now.CanCompareTo(epoch) ? now.ChangedSince(epoch).Sum(extent => extent.LengthBytes) : null;
        }
        finally
        {
            pools.Release(disk.ZoneId, name);
        }
    }
}
