using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>A disk. Its content is its body: a pool disk in the pool of its zone, see <see cref="BodyName"/>.</summary>
internal sealed class Disk : IAnnounced, Paging.IPlaced
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required string ZoneId { get; init; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    public required string Category { get; set; }

    public required string? PerformanceLevel { get; set; }

    /// <summary>What an AutoPL disk may do beyond its baseline.</summary>
    public int? ProvisionedIops { get; set; }

    public required int SizeGiB { get; set; }

    /// <summary>One of <see cref="DiskStatus"/>.</summary>
    public required string Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The snapshot that it was made from, also when that is gone.</summary>
    public required string? SourceSnapshotId { get; init; }

    /// <summary>The instance that it is attached to.</summary>
    public string? InstanceId { get; private set; }

    /// <summary>As what that instance sees it: <c>/dev/xvda</c> is its system disk.</summary>
    public string? Device { get; private set; }

    public DateTimeOffset? AttachedAt { get; private set; }

    public DateTimeOffset? DetachedAt { get; private set; }

    /// <summary>Whether a machine boots from it: made with an instance, or to become an image.</summary>
    public bool IsSystem { get; set; }

    /// <summary>The instance that it was made for as its system disk: it can become that again.</summary>
    public string? OriginInstanceId { get; set; }

    /// <summary>The image that it was made from, also when that is gone.</summary>
    public string? ImageId { get; set; }

    public bool DeleteAutoSnapshot { get; set; } = true;

    public bool DeleteWithInstance { get; set; }

    /// <summary>Attached, filled by an upload or made from a snapshot: there is something to snapshot (SPEC P10).</summary>
    public bool HasBeenUsed { get; set; }

    /// <summary>The chain of its normal snapshots; made with the first.</summary>
    public string? SnapshotLinkId { get; set; }

    /// <summary>The chain of its local snapshots; made with the first.</summary>
    public string? LocalLinkId { get; set; }

    /// <summary>The job that copies its snapshot's content, or removes it.</summary>
    public string? JobId { get; set; }

    /// <summary>The name of its body, where that is not the first one.</summary>
    public string? Body { get; set; }

    /// <summary>The pool disk that holds its content: of the disk's own name until a roll back puts another in its place (<see cref="DiskBodies"/>).</summary>
    public string BodyName => Body ?? Id;

    /// <summary>The body's epoch that ended when it began to belong to the disk: what was born later was written to the disk since.</summary>
    public uint BodyEpoch { get; set; }

    /// <summary>What the body began with, so that the first snapshot of it can be incremental.</summary>
    public Lineage Lineage { get; set; }

    /// <summary>The key that it is encrypted under; null in the clear. Fixed for its life.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>Released: nobody sees it any more, and a job removes its content.</summary>
    public bool IsReleased { get; set; }

    public long LengthBytes => (long)SizeGiB << 30;

    public Change ToChange() => new(AccountId, ResourceKind.Disk, Id);

    public static void Map(ModelBuilder builder) => builder.Entity<Disk>(disk =>
    {
        disk.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
        disk.HasIndex(each => each.SourceSnapshotId);
        disk.HasIndex(each => each.KeyId);
        disk.HasIndex(each => each.InstanceId);
        disk.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        disk.Property<long>(PortalDb.Version).IsConcurrencyToken();
        disk.ComplexProperty(each => each.Lineage);
        disk.Ignore(each => each.LengthBytes).Ignore(each => each.BodyName);
    });

    public void Attach(string instanceId, string device, DateTimeOffset now)
        => (InstanceId, Device, Status, AttachedAt, DetachedAt, HasBeenUsed) = (instanceId, device, DiskStatus.InUse, now, null, true);

    public void Detach(DateTimeOffset now)
        => (InstanceId, Device, Status, AttachedAt, DetachedAt) = (null, null, DiskStatus.Available, null, now);
}

internal static class DiskQueries
{
    /// <summary>The disks that the caller may know of.</summary>
    public static IQueryable<Disk> OwnedBy(this IQueryable<Disk> disks, Caller caller)
        => disks.Where(disk => disk.AccountId == caller.AccountId && !disk.IsReleased);

    public static async Task<Disk> GetAsync(this IQueryable<Disk> disks, Caller caller, string id, CancellationToken cancel)
        => await disks.OwnedBy(caller).SingleOrDefaultAsync(disk => disk.Id == id, cancel)
           ?? throw new OperationException(DiskErrors.NotFound, "DiskId");
}
