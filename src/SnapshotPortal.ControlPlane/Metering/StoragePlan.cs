using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>A prepaid capacity in a region: that much of an account's normal snapshots costs nothing more (SPEC 5). Local ones are never offset.</summary>
internal sealed class StoragePlan
{
    public const int CapacityGiBMax = 1 << 20;

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required string DisplayName { get; init; }

    public required int CapacityGiB { get; init; }

    /// <summary>The first hour that it holds for.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>The first hour that it no longer holds for.</summary>
    public required DateTimeOffset EndsAt { get; set; }

    public bool HoldsAt(DateTimeOffset hour) => StartsAt <= hour && hour < EndsAt;

    public static void Map(ModelBuilder builder) => builder.Entity<StoragePlan>(plan =>
    {
        plan.HasIndex(each => new { each.AccountId, each.RegionId });
        plan.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
    });
}
