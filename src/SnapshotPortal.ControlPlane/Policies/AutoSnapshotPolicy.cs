using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Takes snapshots of the disks that it is applied to, by a schedule, and says how long they are kept.</summary>
internal sealed class AutoSnapshotPolicy : IAnnounced, Paging.IPlaced
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required string Name { get; set; }

    /// <summary>Bits of <see cref="Policies.Schedule"/>.</summary>
    public required uint Hours { get; set; }

    /// <summary>Bits of <see cref="Policies.Schedule"/>.</summary>
    public required byte Weekdays { get; set; }

    /// <summary>An IANA id.</summary>
    public required string TimeZoneId { get; set; }

    /// <summary>Null: its snapshots are kept until they are deleted.</summary>
    public required int? RetentionDays { get; set; }

    public required bool IsEnabled { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The first slot that no run has been planned for yet; null while the policy is disabled. Moved on in the write that plans the runs, so that no slot is planned twice.</summary>
    public DateTimeOffset? NextRunAt { get; set; }

    public Schedule Schedule => new(Hours, Weekdays, TimeZoneInfo.FindSystemTimeZoneById(TimeZoneId));

    public Change ToChange() => new(AccountId, ResourceKind.Policy, Id);

    /// <summary>From now on it is due by its present schedule; what was due before and not planned is not made up for.</summary>
    public void BeginAt(DateTimeOffset now) => NextRunAt = IsEnabled ? Schedule.NextAfter(now) : null;

    public static void Map(ModelBuilder builder)
    {
        builder.Entity<AutoSnapshotPolicy>(policy =>
        {
            policy.ToTable("Policies");
            policy.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
            policy.HasIndex(each => each.NextRunAt);
            policy.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
            policy.Property<long>(PortalDb.Version).IsConcurrencyToken();
            policy.Ignore(each => each.Schedule);
        });
        builder.Entity<PolicyDisk>(disk =>
        {
            disk.HasKey(each => new { each.PolicyId, each.DiskId });
            disk.HasIndex(each => each.DiskId);
            disk.HasOne<AutoSnapshotPolicy>().WithMany().HasForeignKey(each => each.PolicyId);
            disk.HasOne<Disk>().WithMany().HasForeignKey(each => each.DiskId);
        });
    }
}

/// <summary>That a policy is applied to a disk; goes with either.</summary>
internal sealed class PolicyDisk : IAnnounced
{
    public required string AccountId { get; init; }

    public required string PolicyId { get; init; }

    public required string DiskId { get; init; }

    /// <summary>What was due before is not this disk's.</summary>
    public required DateTimeOffset AppliedAt { get; init; }

    public Change ToChange() => new(AccountId, ResourceKind.Policy, PolicyId);
}

internal static class PolicyQueries
{
    /// <summary>The policies that the caller may know of.</summary>
    public static IQueryable<AutoSnapshotPolicy> OwnedBy(this IQueryable<AutoSnapshotPolicy> policies, Caller caller)
        => policies.Where(policy => policy.AccountId == caller.AccountId);

    /// <summary>The policy of that id in that region; ECS gives a missing one another code in each action.</summary>
    public static async Task<AutoSnapshotPolicy> GetAsync(
        this IQueryable<AutoSnapshotPolicy> policies, Caller caller, string regionId, string id, OperationError missing, CancellationToken cancel)
        => await policies.OwnedBy(caller).SingleOrDefaultAsync(policy => policy.Id == id && policy.RegionId == regionId, cancel)
           ?? throw new OperationException(missing, "AutoSnapshotPolicyId");
}
