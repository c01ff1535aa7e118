using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Deletes those snapshots of a disk whose retention has ended and that may go. Looked at and done in one write, so that what else happens to the disk cannot make it wrong.</summary>
[PortalOnly]
internal sealed record RemoveExpiredSnapshots(string DiskId) : IOperation<Done>;

internal sealed class RemoveExpiredSnapshotsHandler(PortalDb db, ZonePools pools, DeleteSnapshotHandler delete, TimeProvider time) : IHandler<RemoveExpiredSnapshots, Done>
{
    public async Task<Done> RunAsync(RemoveExpiredSnapshots request, Caller caller, CancellationToken cancel)
    {
        var expired = Expiry.Expired(await db.HeldAsync(request.DiskId, pools, cancel), time.GetUtcNow());
        foreach (var snapshotId in expired) await delete.RunAsync(new(snapshotId) { Force = true }, caller, cancel);
        return Done.Instance;
    }
}
