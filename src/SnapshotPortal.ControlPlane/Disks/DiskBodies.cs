using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>
/// Gives disks their bodies: the pool disks that hold their content. A roll back gives a disk another body instead of changing
/// the one that it has, so it costs the same at any size, the state before is kept as it was, and the row's commit decides.
/// </summary>
internal sealed class DiskBodies(PortalDb db, ZonePools pools, DiskKeys keys, DiskLimits limits, RegionRepositories repositories, JobQueue jobs)
{
    /// <summary>
    /// Makes a body with a snapshot's content, or an empty one, and puts it below the disk. In the pool before the commit: when
    /// it is refused (no space) nothing has happened, and after a kill in between the start removes what no row names.
    /// </summary>
    /// <param name="disk">The disk; in the snapshot's region.</param>
    /// <param name="body">The pool disk's name: the disk's own for its first.</param>
    /// <param name="snapshot">A snapshot that <see cref="IsAtHand"/> or is stored; null: empty.</param>
    /// <param name="cancel">Ends the questions to the database.</param>
    public async Task GiveAsync(Disk disk, string body, Snapshot? snapshot, CancellationToken cancel)
    {
        var pool = pools[disk.ZoneId];
        var key = await keys.FindAsync(db, disk.KeyId, cancel) is { } found ? DiskKeys.PoolKeyOf(found) : [];
        if (snapshot is null)
        {
            if (key.Length == 0) pool.CreateDisk(body, disk.LengthBytes);
            else pool.CreateDisk(body, disk.LengthBytes, key);
            (disk.Lineage, disk.BodyEpoch) = (default, 0);
        }
        else if (IsAtHand(snapshot, disk.ZoneId, encrypts: disk.KeyId is not null))
        {
            pool.CloneDisk(snapshot.Id, body, disk.LengthBytes);
            (disk.Lineage, disk.BodyEpoch) = (await db.LineageOfCloneAsync(snapshot, cancel), snapshot.Epoch);
        }
        else
        {
            pool.CreateDiskOn(body, disk.LengthBytes, snapshot.Id, repositories.BaseOf(snapshot), key);
            (disk.Lineage, disk.BodyEpoch) = (new(snapshot.Id, PoolDisk.BaseEpoch), PoolDisk.BaseEpoch);
        }

        disk.Body = body == disk.Id ? null : body;
        disk.HasBeenUsed |= snapshot is not null;
        limits.Apply(disk);
        FillWhereNeeded(disk);
    }

    /// <summary>Whether the pool of a zone holds the snapshot's content, so that a disk there is a clone of it: not one that is to be encrypted of one that is not.</summary>
    public static bool IsAtHand(Snapshot snapshot, string zoneId, bool encrypts) => snapshot.IsFrozen && snapshot.ZoneId == zoneId && (snapshot.KeyId is not null || !encrypts);

    /// <summary>Has copied what the disk's body still reads from a stored snapshot. A clone goes on from a disk that may not be whole itself.</summary>
    public void FillWhereNeeded(Disk disk)
    {
        if (pools.BodyOf(disk) is { BaseName: not null })
            disk.JobId = jobs.Add(db, JobKind.FillDisk, disk.AccountId, disk.Id, disk.Name, lane: null).Id;
    }
}
