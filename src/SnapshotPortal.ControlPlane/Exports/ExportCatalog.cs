using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>What clients can open: what a valid ticket's token names. Nothing is listed, because the names are secrets.</summary>
internal sealed class ExportCatalog(IDbContextFactory<PortalDb> databases, ZonePools pools, RegionRepositories repositories, TimeProvider time) : IExportCatalog
{
    public Export? Find(string name, NbdPeer peer)
    {
        using var db = databases.CreateDbContext();
        if (db.ExportTickets.AsNoTracking().Valid(db, time.GetUtcNow()).SingleOrDefault(ticket => ticket.Token == name) is not { } ticket) return null;
        return ticket.DiskId is not null ? Open(ticket, db.Disks.AsNoTracking().Single(disk => disk.Id == ticket.DiskId)) : Open(ticket, db.Snapshots.AsNoTracking().Single(snapshot => snapshot.Id == ticket.SnapshotId));
    }

    /// <summary>Those of the names that open something now.</summary>
    public async Task<HashSet<string>> ValidAsync(IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.ExportTickets.Where(ticket => names.Contains(ticket.Token)).Valid(db, time.GetUtcNow()).Select(ticket => ticket.Token).ToHashSetAsync(StringComparer.Ordinal, cancel);
    }

    /// <summary>The tickets of the names, also of those that open nothing any more.</summary>
    public async Task<List<ExportTicket>> TicketsAsync(IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.ExportTickets.AsNoTracking().Where(ticket => names.Contains(ticket.Token)).ToListAsync(cancel);
    }

    private Export Open(ExportTicket ticket, Disk disk) => new() { Name = ticket.Token, Device = pools.BodyOf(disk), Description = Describe(disk.Name, disk.Id) };

    private Export Open(ExportTicket ticket, Snapshot snapshot) => new() { Name = ticket.Token, Device = DeviceOf(snapshot), IsReadOnly = true, Description = Describe(snapshot.Name, snapshot.Id) };

    private IBlockDevice DeviceOf(Snapshot snapshot) => snapshot.IsFrozen ? pools.FrozenContentOf(snapshot) : repositories.BaseOf(snapshot);

    private static string Describe(string name, string id) => name.Length > 0 ? $"{name} ({id})" : id;
}
