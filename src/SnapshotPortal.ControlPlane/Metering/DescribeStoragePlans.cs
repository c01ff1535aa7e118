using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>The storage plans of the account in a region (SPEC 7.1), those that begin last first.</summary>
public sealed record DescribeSnapshotPackage : IOperation<DescribeSnapshotPackageResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    [PortalOnly]
    public int? MaxResults { get; init; }

    [PortalOnly]
    public string? NextToken { get; init; }
}

public sealed record DescribeSnapshotPackageResult(int TotalCount, int PageNumber, int PageSize, IReadOnlyList<SnapshotPackage> SnapshotPackages);

/// <summary>A storage plan.</summary>
/// <param name="DisplayName">Its name.</param>
/// <param name="InitCapacity">In GiB.</param>
/// <param name="StartTime">The first hour that it holds for.</param>
/// <param name="EndTime">The first hour that it no longer holds for.</param>
public sealed record SnapshotPackage(string DisplayName, int InitCapacity, DateTimeOffset StartTime, DateTimeOffset EndTime)
{
    [PortalOnly]
    public required string PlanId { get; init; }

    [PortalOnly]
    public required string RegionId { get; init; }
}

internal sealed class DescribeSnapshotPackageHandler(PortalDb db, PortalOptions options) : IHandler<DescribeSnapshotPackage, DescribeSnapshotPackageResult>
{
    public async Task<DescribeSnapshotPackageResult> RunAsync(DescribeSnapshotPackage request, Caller caller, CancellationToken cancel)
    {
        var plans = db.StoragePlans.AsNoTracking().Where(plan => plan.AccountId == caller.AccountId);
        if (request.RegionId is { Length: > 0 } id)
        {
            var region = options.Region(id).RegionId;
            plans = plans.Where(plan => plan.RegionId == region);
        }

        var part = await plans.OrderByDescending(plan => plan.StartsAt).ThenBy(plan => plan.Id).PageAsync(request, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, [.. part.Items.Select(plan => new SnapshotPackage(plan.DisplayName, plan.CapacityGiB, plan.StartsAt, plan.EndsAt) { PlanId = plan.Id, RegionId = plan.RegionId })]);
    }
}

/// <summary>The storage plans of all accounts, those that end last first; for administrators.</summary>
[PortalOnly]
public sealed record DescribeStoragePlans : IOperation<DescribeStoragePlansResult>;

public sealed record DescribeStoragePlansResult(IReadOnlyList<StoragePlanInfo> Plans);

public sealed record StoragePlanInfo(string PlanId, string AccountName, string RegionId, string DisplayName, int CapacityGiB, DateTimeOffset StartTime, DateTimeOffset EndTime, bool HasEnded);

internal sealed class DescribeStoragePlansHandler(PortalDb db, TimeProvider time) : IHandler<DescribeStoragePlans, DescribeStoragePlansResult>
{
    public async Task<DescribeStoragePlansResult> RunAsync(DescribeStoragePlans request, Caller caller, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var next = HourMeter.HourOf(now).AddHours(1);
        var plans = await db.StoragePlans.AsNoTracking().Join(db.Accounts, plan => plan.AccountId, account => account.Id, (plan, account) => new { Plan = plan, account.Name })
            .OrderByDescending(each => each.Plan.EndsAt).ThenBy(each => each.Plan.Id).ToListAsync(cancel);
        return new([.. plans.Select(each => new StoragePlanInfo(
            each.Plan.Id, each.Name, each.Plan.RegionId, each.Plan.DisplayName, each.Plan.CapacityGiB, each.Plan.StartsAt, each.Plan.EndsAt, each.Plan.EndsAt <= next))]);
    }
}
