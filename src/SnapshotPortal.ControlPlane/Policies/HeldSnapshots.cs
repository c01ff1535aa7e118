using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Reads what <see cref="Expiry"/> has to know.</summary>
internal static class HeldSnapshots
{
    /// <summary>The snapshots of a disk that nobody has deleted.</summary>
    public static async Task<List<Expiry.Held>> HeldAsync(this PortalDb db, string diskId, ZonePools pools, CancellationToken cancel)
    {
        var snapshots = await db.Snapshots.AsNoTracking().Where(snapshot => snapshot.SourceDiskId == diskId && !snapshot.IsDeleted).ToListAsync(cancel);
        var ids = snapshots.ConvertAll(snapshot => snapshot.Id);
        var needed = pools.Bases();
        needed.UnionWith(await db.Images.SelectMany(image => image.Disks).Where(disk => ids.Contains(disk.SnapshotId!)).Select(disk => disk.SnapshotId!).ToListAsync(cancel));
        return snapshots.ConvertAll(snapshot => new Expiry.Held(
            snapshot.Id, snapshot.CreatedAt, snapshot.ExpiresAt, StageOf(snapshot), snapshot.IsLocal, snapshot.IsAutomatic, needed.Contains(snapshot.Id)));
    }

    private static Expiry.Stage StageOf(Snapshot snapshot) => snapshot.Status switch
    {
        SnapshotStatus.Accomplished => Expiry.Stage.Accomplished,
        SnapshotStatus.Failed => Expiry.Stage.Failed,
        _ => Expiry.Stage.Progressing,
    };
}
