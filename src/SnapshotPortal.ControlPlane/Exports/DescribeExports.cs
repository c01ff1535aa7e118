using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>Which of some disks and snapshots are served over NBD, and who is connected to them.</summary>
[PortalOnly]
public sealed record DescribeExports(IReadOnlyList<string> ResourceIds) : IOperation<DescribeExportsResult>;

/// <summary>What is served, and to whom.</summary>
/// <param name="Connections">The connections, the oldest first.</param>
/// <param name="ServedUntil">For each snapshot that is served, until when.</param>
public sealed record DescribeExportsResult(IReadOnlyList<ExportConnectionInfo> Connections, IReadOnlyDictionary<string, DateTimeOffset> ServedUntil);

/// <summary>A machine that uses a disk or reads a snapshot.</summary>
/// <param name="ResourceId">The disk or snapshot.</param>
/// <param name="UserEmail">The member whose ticket it came with.</param>
/// <param name="Address">Where from.</param>
/// <param name="IsEncrypted">Whether the connection has TLS.</param>
/// <param name="Since">When it began.</param>
/// <param name="Requests">How many requests were answered.</param>
/// <param name="BytesWritten">What came from it.</param>
/// <param name="BytesRead">What went to it.</param>
public sealed record ExportConnectionInfo(
    string ResourceId, string UserEmail, string Address, bool IsEncrypted, DateTimeOffset Since, long Requests, long BytesWritten, long BytesRead);

internal sealed class DescribeExportsHandler(PortalDb db, ExportConnections connections, TimeProvider time) : IHandler<DescribeExports, DescribeExportsResult>
{
    public async Task<DescribeExportsResult> RunAsync(DescribeExports request, Caller caller, CancellationToken cancel)
    {
        var ids = request.ResourceIds;
        var tickets = await db.ExportTickets.AsNoTracking()
            .Where(ticket => ticket.AccountId == caller.AccountId && (ids.Contains(ticket.DiskId!) || ids.Contains(ticket.SnapshotId!))).ToDictionaryAsync(ticket => ticket.Token, cancel);
        var open = connections.Now.Where(connection => connection.ExportName is not null && tickets.ContainsKey(connection.ExportName)).ToList();
        var userIds = tickets.Values.Select(ticket => ticket.UserId).ToList();
        var emails = await db.Users.Where(user => userIds.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Email!, cancel);
        var now = time.GetUtcNow();
        return new(
            open.ConvertAll(connection => new ExportConnectionInfo(
                tickets[connection.ExportName!].ResourceId, emails.GetValueOrDefault(tickets[connection.ExportName!].UserId, ""), connection.Peer.Address,
                connection.Peer.IsEncrypted, connection.Since, connection.Requests, connection.BytesReceived, connection.BytesSent)),
            tickets.Values.Where(ticket => ticket.ExpiresAt > now).GroupBy(ticket => ticket.ResourceId, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Max(ticket => ticket.ExpiresAt!.Value), StringComparer.Ordinal));
    }
}
