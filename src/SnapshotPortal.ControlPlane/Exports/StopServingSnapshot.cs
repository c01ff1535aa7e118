using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>Ends all connections to a snapshot, of all members; the names that opened it open nothing any more.</summary>
[PortalOnly]
public sealed record StopServingSnapshot(string SnapshotId) : IOperation<Done>;

internal sealed class StopServingSnapshotHandler(PortalDb db, ExportConnections connections) : IHandler<StopServingSnapshot, Done>
{
    public async Task<Done> RunAsync(StopServingSnapshot request, Caller caller, CancellationToken cancel)
    {
        var snapshot = await db.Snapshots.GetAsync(caller, request.SnapshotId, cancel);
        await db.ExportTickets.Where(ticket => ticket.SnapshotId == snapshot.Id).ExecuteDeleteAsync(cancel);
        db.AfterCommit(connections.CloseForbiddenAsync);
        db.Announce(snapshot);
        return Done.Instance;
    }
}
