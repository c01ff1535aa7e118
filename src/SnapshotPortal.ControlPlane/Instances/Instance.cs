using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>A machine that uses disks. Which disks, their rows say.</summary>
/// <remarks>
/// Stopped → Running → Stopping → Stopped (SPEC 2.12). The runtime is external: the machine is the user's own and connects to the
/// exports of the disks, which are open exactly while the row says Running. So starting needs no time, and Stopping lasts until
/// the last connection is closed.
/// </remarks>
internal sealed class Instance : IAnnounced, Paging.IPlaced
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required string ZoneId { get; init; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    public required string HostName { get; set; }

    public required string ImageId { get; init; }

    public required string InstanceType { get; init; }

    /// <summary>One of <see cref="InstanceStatus"/>.</summary>
    public required string Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last started; null where it never was.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it was last stopped; null where it never was.</summary>
    public DateTimeOffset? StoppedAt { get; set; }

    public string StoppedMode { get; set; } = StoppedModes.KeepCharging;

    public bool DeletionProtection { get; set; }

    public Change ToChange() => new(AccountId, ResourceKind.Instance, Id);

    public static void Map(ModelBuilder builder) => builder.Entity<Instance>(instance =>
    {
        instance.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
        instance.HasIndex(each => each.ImageId);
        instance.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        instance.Property<long>(PortalDb.Version).IsConcurrencyToken();
    });
}

/// <summary>The states of an instance (SPEC 2.12).</summary>
public static class InstanceStatus
{
    public const string Pending = "Pending";
    public const string Starting = "Starting";
    public const string Running = "Running";
    public const string Stopping = "Stopping";
    public const string Stopped = "Stopped";
}

/// <summary>What a stopped instance costs, as ECS names it; nothing here is charged by the instance.</summary>
internal static class StoppedModes
{
    public const string KeepCharging = "KeepCharging";
    public const string StopCharging = "StopCharging";
    public const string WhileRunning = "Not-applicable";
}

internal static class InstanceQueries
{
    /// <summary>The instances that the caller may know of.</summary>
    public static IQueryable<Instance> OwnedBy(this IQueryable<Instance> instances, Caller caller) => instances.Where(instance => instance.AccountId == caller.AccountId);

    public static async Task<Instance> GetAsync(this IQueryable<Instance> instances, Caller caller, string id, CancellationToken cancel)
        => await instances.OwnedBy(caller).SingleOrDefaultAsync(instance => instance.Id == id, cancel)
           ?? throw new OperationException(InstanceErrors.NotFound, "InstanceId");
}
