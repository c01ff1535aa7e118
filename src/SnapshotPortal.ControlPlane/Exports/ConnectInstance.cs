using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>
/// The caller's own tickets for the disks of an instance, made where there are none yet. They open the disks while the instance
/// runs, and last until the disk is detached or the caller leaves the account.
/// </summary>
[PortalOnly]
public sealed record ConnectInstance(string InstanceId) : IOperation<ConnectInstanceResult>;

/// <summary>Where to connect to, and as what.</summary>
/// <param name="Addresses">The addresses that the portal listens on.</param>
/// <param name="Disks">What to open there, the system disk first.</param>
public sealed record ConnectInstanceResult(IReadOnlyList<ExportAddress> Addresses, IReadOnlyList<DiskTicketInfo> Disks);

/// <summary>A disk's export.</summary>
/// <param name="DiskId">The disk.</param>
/// <param name="DiskName">What people call it.</param>
/// <param name="Device">As what the instance sees it.</param>
/// <param name="ExportName">The secret name to open it by.</param>
public sealed record DiskTicketInfo(string DiskId, string DiskName, string Device, string ExportName);

internal sealed class ConnectInstanceHandler(PortalDb db, PortalOptions options, ResourceIds ids, TimeProvider time) : IHandler<ConnectInstance, ConnectInstanceResult>
{
    public async Task<ConnectInstanceResult> RunAsync(ConnectInstance request, Caller caller, CancellationToken cancel)
    {
        if (options.ExportAddresses.Count == 0) throw new OperationException(ExportErrors.Nowhere);
        var instance = await db.Instances.GetAsync(caller, request.InstanceId, cancel);
        var disks = await db.Disks.Where(disk => disk.InstanceId == instance.Id).OrderBy(disk => disk.Device).ToListAsync(cancel);
        var diskIds = disks.ConvertAll(disk => disk.Id);
        var tickets = await db.ExportTickets.Where(ticket => ticket.UserId == caller.UserId && diskIds.Contains(ticket.DiskId!)).ToDictionaryAsync(ticket => ticket.DiskId!, cancel);
        foreach (var disk in disks.Where(disk => !tickets.ContainsKey(disk.Id)))
        {
            var ticket = new ExportTicket { Token = ids.New("x"), AccountId = caller.AccountId, UserId = caller.UserId, DiskId = disk.Id, CreatedAt = time.GetUtcNow() };
            db.ExportTickets.Add(ticket);
            tickets.Add(disk.Id, ticket);
        }

        return new(options.ExportAddresses, disks.ConvertAll(disk => new DiskTicketInfo(disk.Id, disk.Name, disk.Device!, tickets[disk.Id].Token)));
    }
}
