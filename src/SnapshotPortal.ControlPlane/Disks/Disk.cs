using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>A disk. Its content is the pool disk of the same name in the pool of its zone.</summary>
internal sealed class Disk : IAnnounced, Paging.IPlaced
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required string ZoneId { get; init; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    public required string Category { get; init; }

    public required string? PerformanceLevel { get; init; }

    public required int SizeGiB { get; init; }

    /// <summary>One of <see cref="DiskStatus"/>.</summary>
    public required string Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The snapshot that it was made from, also when that is gone.</summary>
    public required string? SourceSnapshotId { get; init; }

    public bool DeleteAutoSnapshot { get; set; } = true;

    public bool DeleteWithInstance { get; set; }

    /// <summary>Attached, filled by an upload or made from a snapshot: there is something to snapshot (SPEC P10).</summary>
    public bool HasBeenUsed { get; set; }

    /// <summary>The chain of its normal snapshots; made with the first.</summary>
    public string? SnapshotLinkId { get; set; }

    /// <summary>The job that copies its snapshot's content, or removes it.</summary>
    public string? JobId { get; set; }

    /// <summary>
    /// The epoch that ended when the disk held exactly its source snapshot: what came later is what differs from that, so
    /// its first own snapshot can be incremental. Null for disks that began empty.
    /// </summary>
    public uint? SourceEpoch { get; set; }

    /// <summary>Released: nobody sees it any more, and a job removes its content.</summary>
    public bool IsReleased { get; set; }

    public long LengthBytes => (long)SizeGiB << 30;

    public Change ToChange() => new(AccountId, ResourceKind.Disk, Id);

    public static void Map(ModelBuilder builder) => builder.Entity<Disk>(disk =>
    {
        disk.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
        disk.HasIndex(each => each.SourceSnapshotId);
        disk.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        disk.Property<long>(PortalDb.Version).IsConcurrencyToken();
        disk.Ignore(each => each.LengthBytes);
    });

    /// <summary>Notes that the pool disk begins with its source snapshot as its base.</summary>
    public void BecomeAvailable() => (SourceEpoch, Status, HasBeenUsed) = (PoolDisk.BaseEpoch, DiskStatus.Available, true);

    /// <summary>Notes that the pool disk now holds exactly its source snapshot.</summary>
    public void BecomeAvailable(Pool pool)
    {
        // Only a snapshot ends an epoch; its content is not needed.
        var mark = $"{Id}.source";
        SourceEpoch = (pool.FindSnapshot(mark) ?? pool.TakeSnapshot(Id, mark)).Epoch;
        pool.DeleteSnapshot(mark);
        Status = DiskStatus.Available;
        HasBeenUsed = true;
    }
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
