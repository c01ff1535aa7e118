using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>
/// Who is connected, and the end of that: whatever takes a right away (a stop, a detach, a removed member, the time) only changes
/// the database, and <see cref="CloseForbiddenAsync"/> then ends the connections that it allows no more.
/// </summary>
internal sealed class ExportConnections(NbdServer server, ExportCatalog catalog, ChangeFeed feed)
{
    public IReadOnlyList<NbdConnectionInfo> Now => server.Connections;

    /// <summary>Ends the connections whose ticket is not valid any more. On return none of them changes its disk.</summary>
    public async Task CloseForbiddenAsync()
    {
        var names = OpenNames();
        if (names.Count == 0) return;
        var valid = await catalog.ValidAsync(names, CancellationToken.None);
        names.ExceptWith(valid);
        await CloseAsync(names);
    }

    /// <summary>Ends the connections to those exports. A client whose ticket is valid may come again.</summary>
    public Task CloseAsync(IEnumerable<string> names) => Task.WhenAll(names.Select(server.RevokeAsync));

    /// <summary>Tells those who look at what is connected that it has moved on.</summary>
    public async Task AnnounceAsync(CancellationToken cancel)
    {
        var names = OpenNames();
        if (names.Count > 0) feed.Publish([.. (await catalog.TicketsAsync(names, cancel)).Select(ToChange)]);
    }

    /// <summary>Tells of one connection that has begun or ended.</summary>
    public async Task AnnounceAsync(string name) => feed.Publish([.. (await catalog.TicketsAsync([name], CancellationToken.None)).Select(ToChange)]);

    private HashSet<string> OpenNames() => server.Connections.Select(connection => connection.ExportName).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private static Change ToChange(ExportTicket ticket) => new(ticket.AccountId, ticket.DiskId is not null ? ResourceKind.Disk : ResourceKind.Snapshot, ticket.ResourceId);
}
