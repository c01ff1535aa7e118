using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>
/// With its token as the export's name a member's machine opens one disk or one snapshot over NBD. A token is a member's own, so
/// that a connection has a person, and nobody else's connections end with theirs.
/// </summary>
/// <remarks>A ticket opens nothing by itself: whether it does now is asked of the database each time (<see cref="ExportTicketQueries.Valid"/>).</remarks>
internal sealed class ExportTicket
{
    /// <summary>The export's name; cannot be guessed.</summary>
    public required string Token { get; init; }

    public required string AccountId { get; init; }

    public required string UserId { get; init; }

    /// <summary>The disk that it opens, while that is attached to a running instance; detaching removes the ticket.</summary>
    public string? DiskId { get; init; }

    /// <summary>The snapshot that it opens, for reading.</summary>
    public string? SnapshotId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends; null: with the attachment.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>What it opens.</summary>
    public string ResourceId => DiskId ?? SnapshotId!;

    public static void Map(ModelBuilder builder) => builder.Entity<ExportTicket>(ticket =>
    {
        ticket.HasKey(each => each.Token);
        ticket.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        ticket.HasOne<Disk>().WithMany().HasForeignKey(each => each.DiskId).OnDelete(DeleteBehavior.Cascade);
        ticket.HasOne<Snapshot>().WithMany().HasForeignKey(each => each.SnapshotId).OnDelete(DeleteBehavior.Cascade);
        ticket.Ignore(each => each.ResourceId);
    });
}

internal static class ExportTicketQueries
{
    /// <summary>
    /// The tickets that open something now: of members who may change things, for what is not deleted, for disks while their
    /// instance runs, for snapshots until the time that was given.
    /// </summary>
    public static IQueryable<ExportTicket> Valid(this IQueryable<ExportTicket> tickets, PortalDb db, DateTimeOffset now) => tickets
        .Where(ticket => ticket.ExpiresAt == null || ticket.ExpiresAt > now)
        .Where(ticket => db.Members.Any(member => member.AccountId == ticket.AccountId && member.UserId == ticket.UserId
            && (member.Role == AccountRole.Operator || member.Role == AccountRole.Owner)))
        .Where(ticket => ticket.DiskId == null || db.Disks.Any(disk => disk.Id == ticket.DiskId && !disk.IsReleased && disk.Status == DiskStatus.InUse
            && db.Instances.Any(instance => instance.Id == disk.InstanceId && instance.Status == InstanceStatus.Running)))
        .Where(ticket => ticket.SnapshotId == null || db.Snapshots.Any(snapshot => snapshot.Id == ticket.SnapshotId && !snapshot.IsDeleted && snapshot.Status == SnapshotStatus.Accomplished));
}
