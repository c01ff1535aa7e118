using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>Lets the caller's machine read an accomplished snapshot over NBD for some hours, without a disk being made. Again: longer, under the same name.</summary>
[PortalOnly]
public sealed record ServeSnapshot(string SnapshotId) : IOperation<ServeSnapshotResult>
{
    /// <summary>1–168; 24 where not given.</summary>
    public int? Hours { get; init; }
}

/// <summary>Where to connect to, as what, and how long.</summary>
/// <param name="Addresses">The addresses that the portal listens on.</param>
/// <param name="ExportName">The secret name to open the snapshot by.</param>
/// <param name="ExpiresAt">When the connections end.</param>
public sealed record ServeSnapshotResult(IReadOnlyList<ExportAddress> Addresses, string ExportName, DateTimeOffset ExpiresAt);

internal sealed class ServeSnapshotHandler(PortalDb db, PortalOptions options, ResourceIds ids, TimeProvider time) : IHandler<ServeSnapshot, ServeSnapshotResult>
{
    private const int HoursByDefault = 24;
    private const int HoursMax = 168;

    public async Task<ServeSnapshotResult> RunAsync(ServeSnapshot request, Caller caller, CancellationToken cancel)
    {
        if (options.ExportAddresses.Count == 0) throw new OperationException(ExportErrors.Nowhere);
        if (request.Hours is < 1 or > HoursMax) throw new OperationException(ExportErrors.HoursMalformed, nameof(request.Hours));
        var snapshot = await db.Snapshots.GetAsync(caller, request.SnapshotId, cancel);
        if (snapshot.Status != SnapshotStatus.Accomplished) throw new OperationException(SnapshotErrors.NotReady, nameof(request.SnapshotId));
        var now = time.GetUtcNow();
        await db.ExportTickets.Where(each => each.ExpiresAt <= now).ExecuteDeleteAsync(cancel);
        var ticket = await db.ExportTickets.SingleOrDefaultAsync(each => each.UserId == caller.UserId && each.SnapshotId == snapshot.Id, cancel);
        if (ticket is null)
        {
            ticket = new() { Token = ids.New("x"), AccountId = caller.AccountId, UserId = caller.UserId, SnapshotId = snapshot.Id, CreatedAt = now };
            db.ExportTickets.Add(ticket);
        }

        ticket.ExpiresAt = now + TimeSpan.FromHours(request.Hours ?? HoursByDefault);
        db.Announce(snapshot);
        return new(options.ExportAddresses, ticket.Token, ticket.ExpiresAt.Value);
    }
}
