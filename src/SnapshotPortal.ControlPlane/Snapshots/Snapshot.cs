using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>
/// A snapshot. While it is frozen its content is the local snapshot of the same name in the pool of its disk; a normal one is,
/// once accomplished, the stored snapshot of the same name in the repository of its region.
/// </summary>
internal sealed class Snapshot : IAnnounced, Paging.IPlaced
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    /// <summary>Where its disk lies or lay.</summary>
    public required string ZoneId { get; init; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    public required string SourceDiskId { get; init; }

    public required string SourceDiskCategory { get; init; }

    public required int SourceDiskSizeGiB { get; init; }

    /// <summary>Whether its disk was a system disk: images are made of such.</summary>
    public bool SourceDiskIsSystem { get; init; }

    public required string LinkId { get; set; }

    /// <summary>
    /// Kept in the pool only (SPEC P2). One that is being made a normal one is local and in progress; should that fail, it is what it was.
    /// </summary>
    public required bool IsLocal { get; set; }

    /// <summary>After how many days a local snapshot becomes a normal one; null: it stays local.</summary>
    public int? InstantAccessRetentionDays { get; set; }

    /// <summary>One of <see cref="SnapshotStatus"/>.</summary>
    public required string Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ModifiedAt { get; set; }

    public required int? RetentionDays { get; set; }

    /// <summary>The body of the disk that it was taken of; null: the disk's first.</summary>
    public required string? Body { get; init; }

    /// <summary>When its retention ends; null: kept until it is deleted. A column, so that what has expired is found by it.</summary>
    public DateTimeOffset? ExpiresAt
    {
        get => RetentionDays is { } days ? CreatedAt.AddDays(days) : null;
        private set => _ = value;
    }

    /// <summary>The policy that took it, also when that is gone; null: somebody did.</summary>
    public string? PolicyId { get; init; }

    public bool IsAutomatic => PolicyId is not null;

    /// <summary>The body's epoch that it ended; what the body got later differs from it.</summary>
    public required uint Epoch { get; init; }

    /// <summary>What the body began with.</summary>
    public required Lineage Lineage { get; init; }

    /// <summary>Whether the pool still holds its content.</summary>
    public required bool IsFrozen { get; set; }

    /// <summary>The job that uploads or removes it; a local snapshot needs none.</summary>
    public string? JobId { get; set; }

    public long? StoredBytes { get; set; }

    public long? FullBytes { get; set; }

    public bool? IsFull { get; set; }

    public string? ErrorMessage { get; set; }

    /// <summary>The key of its disk, under which its content is encrypted; null in the clear.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>Deleted: nobody sees it any more, and a job removes its content.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Whether disks can be made from it: those of the ESSD family from the moment it is frozen (SPEC 2.4.1).</summary>
    public bool IsAvailable => Status == SnapshotStatus.Accomplished || (Status == SnapshotStatus.Progressing && IsFrozen && DiskCategories.IsEssdFamily(SourceDiskCategory));

    public long LengthBytes => (long)SourceDiskSizeGiB << 30;

    public Change ToChange() => new(AccountId, ResourceKind.Snapshot, Id);

    public void Accomplish(long storedBytes, long fullBytes, bool isFull, DateTimeOffset now)
        => (Status, StoredBytes, FullBytes, IsFull, ErrorMessage, ModifiedAt) = (SnapshotStatus.Accomplished, storedBytes, fullBytes, isFull, null, now);

    public static void Map(ModelBuilder builder) => builder.Entity<Snapshot>(snapshot =>
    {
        snapshot.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
        snapshot.HasIndex(each => new { each.SourceDiskId, each.Epoch });
        snapshot.HasIndex(each => each.KeyId);
        snapshot.HasIndex(each => each.LinkId);
        snapshot.HasIndex(each => each.ExpiresAt);
        snapshot.ComplexProperty(each => each.Lineage);
        snapshot.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        snapshot.Property<long>(PortalDb.Version).IsConcurrencyToken();
        snapshot.Ignore(each => each.LengthBytes).Ignore(each => each.IsAvailable).Ignore(each => each.IsAutomatic);
    });
}

internal static class SnapshotQueries
{
    /// <summary>The snapshots that the caller may know of.</summary>
    public static IQueryable<Snapshot> OwnedBy(this IQueryable<Snapshot> snapshots, Caller caller)
        => snapshots.Where(snapshot => snapshot.AccountId == caller.AccountId && !snapshot.IsDeleted);

    public static async Task<Snapshot> GetAsync(this IQueryable<Snapshot> snapshots, Caller caller, string id, CancellationToken cancel)
        => await snapshots.OwnedBy(caller).SingleOrDefaultAsync(snapshot => snapshot.Id == id, cancel)
           ?? throw new OperationException(SnapshotErrors.NotFound, "SnapshotId");
}
