using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Opens an accomplished snapshot for reading. Dispose the result.</summary>
[PortalOnly]
public sealed record OpenSnapshotContent(string SnapshotId) : IOperation<OpenContent>;

internal sealed class OpenSnapshotContentHandler(PortalDb db, RegionRepositories repositories) : IHandler<OpenSnapshotContent, OpenContent>
{
    public async Task<OpenContent> RunAsync(OpenSnapshotContent request, Caller caller, CancellationToken cancel)
    {
        var snapshot = await db.Snapshots.AsNoTracking().GetAsync(caller, request.SnapshotId, cancel);
        if (snapshot.Status != SnapshotStatus.Accomplished) throw new OperationException(SnapshotErrors.NotReady, nameof(request.SnapshotId));
        var stored = await repositories[snapshot.RegionId].OpenSnapshotAsync(snapshot.Id, cancel);
        return new(stored, OpenContent.FileNameFor(snapshot.Name, snapshot.Id), snapshot.Id, () => ValueTask.CompletedTask);
    }
}
