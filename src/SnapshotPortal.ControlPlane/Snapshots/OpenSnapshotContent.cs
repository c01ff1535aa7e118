using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Opens an accomplished snapshot for reading. Dispose the result; a local one can be deleted meanwhile, and then reads fail.</summary>
[PortalOnly]
public sealed record OpenSnapshotContent(string SnapshotId) : IOperation<OpenContent>;

internal sealed class OpenSnapshotContentHandler(PortalDb db, ZonePools pools, RegionRepositories repositories) : IHandler<OpenSnapshotContent, OpenContent>
{
    public async Task<OpenContent> RunAsync(OpenSnapshotContent request, Caller caller, CancellationToken cancel)
    {
        var snapshot = await db.Snapshots.AsNoTracking().GetAsync(caller, request.SnapshotId, cancel);
        if (snapshot.IsLocal) return Opened(snapshot, pools.FrozenContentOf(snapshot));
        if (snapshot.Status != SnapshotStatus.Accomplished) throw new OperationException(SnapshotErrors.NotReady, nameof(request.SnapshotId));
        return Opened(snapshot, await repositories[snapshot.RegionId].OpenSnapshotAsync(snapshot.Id, cancel));
    }

    private static OpenContent Opened(Snapshot snapshot, IBlockDevice content)
        => new(content, OpenContent.FileNameFor(snapshot.Name, snapshot.Id), snapshot.Id, () => ValueTask.CompletedTask);
}
