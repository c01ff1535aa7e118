using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>A disk got another body: by which way and with the state of which moment; and for some days the body before, so that this can be undone.</summary>
internal sealed class DiskRollBack
{
    /// <summary>How long a roll back can be undone.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string DiskId { get; init; }

    public required DiskRollBackKind Kind { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The snapshot whose state the disk got; null where it was undone, or made empty.</summary>
    public required string? SnapshotId { get; init; }

    /// <summary>The moment whose state the disk got.</summary>
    public required DateTimeOffset StateOf { get; init; }

    /// <summary>What people call the state that was kept.</summary>
    public required string KeptName { get; init; }

    /// <summary>The body before; null once it was let go, or belongs to the disk again.</summary>
    public required string? KeptBody { get; set; }

    public required DateTimeOffset KeptUntil { get; set; }

    public required uint KeptBodyEpoch { get; init; }

    public required Lineage KeptLineage { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<DiskRollBack>(rollBack =>
    {
        rollBack.HasIndex(each => new { each.DiskId, each.CreatedAt });
        rollBack.HasIndex(each => each.KeptUntil);
        rollBack.HasOne<Disk>().WithMany().HasForeignKey(each => each.DiskId).OnDelete(DeleteBehavior.Cascade);
        rollBack.Property(each => each.Kind).HasConversion<string>().HasMaxLength(16);
        rollBack.ComplexProperty(each => each.KeptLineage);
    });
}

internal static class DiskRollBackQueries
{
    public static async Task<DiskRollBack> GetAsync(this IQueryable<DiskRollBack> rollBacks, Caller caller, string diskId, string id, CancellationToken cancel)
        => await rollBacks.SingleOrDefaultAsync(each => each.Id == id && each.DiskId == diskId && each.AccountId == caller.AccountId, cancel)
           ?? throw new OperationException(DiskErrors.RollBackNotFound, "RollBackId");
}
