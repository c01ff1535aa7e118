using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>Gives an account a prepaid capacity for normal snapshots from the next full hour on; for administrators.</summary>
[PortalOnly]
public sealed record CreateStoragePlan(string AccountId, string RegionId, string DisplayName, int CapacityGiB) : IOperation<CreateStoragePlanResult>
{
    /// <summary>For how many months; 1–60.</summary>
    public int Months { get; init; } = 12;
}

public sealed record CreateStoragePlanResult(string PlanId);

internal sealed class CreateStoragePlanHandler(PortalDb db, PortalOptions options, ResourceIds ids, TimeProvider time) : IHandler<CreateStoragePlan, CreateStoragePlanResult>
{
    public async Task<CreateStoragePlanResult> RunAsync(CreateStoragePlan request, Caller caller, CancellationToken cancel)
    {
        if (!Names.IsResourceName(request.DisplayName)) throw new OperationException(MeterErrors.PlanNameMalformed, nameof(request.DisplayName));
        if (request.CapacityGiB is < 1 or > StoragePlan.CapacityGiBMax) throw new OperationException(MeterErrors.PlanCapacityMalformed, nameof(request.CapacityGiB));
        if (request.Months is < 1 or > 60) throw new OperationException(MeterErrors.PlanMonthsMalformed, nameof(request.Months));
        if (!await db.Accounts.AnyAsync(account => account.Id == request.AccountId, cancel)) throw new OperationException(AccountErrors.NotFound, nameof(request.AccountId));
        var start = HourMeter.HourOf(time.GetUtcNow()).AddHours(1);
        var plan = new StoragePlan
        {
            Id = ids.New("pp"),
            AccountId = request.AccountId,
            RegionId = options.Region(request.RegionId).RegionId,
            DisplayName = request.DisplayName,
            CapacityGiB = request.CapacityGiB,
            StartsAt = start,
            EndsAt = start.AddMonths(request.Months),
        };
        db.StoragePlans.Add(plan);
        return new(plan.Id);
    }
}

/// <summary>Ends a storage plan with the hour that has begun; for administrators. Hours before that stay offset.</summary>
[PortalOnly]
public sealed record EndStoragePlan(string PlanId) : IOperation<Done>;

internal sealed class EndStoragePlanHandler(PortalDb db, TimeProvider time) : IHandler<EndStoragePlan, Done>
{
    public async Task<Done> RunAsync(EndStoragePlan request, Caller caller, CancellationToken cancel)
    {
        var plan = await db.StoragePlans.SingleOrDefaultAsync(each => each.Id == request.PlanId, cancel) ?? throw new OperationException(MeterErrors.PlanNotFound, nameof(request.PlanId));
        var next = HourMeter.HourOf(time.GetUtcNow()).AddHours(1);
        if (plan.EndsAt <= next) throw new OperationException(MeterErrors.PlanEnded, nameof(request.PlanId));
        plan.EndsAt = next;
        return Done.Instance;
    }
}
