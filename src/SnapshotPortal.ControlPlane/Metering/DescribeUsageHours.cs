using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>Every metered hour of a month of the account, with what it costs: what a bill can be checked with.</summary>
[PortalOnly]
public sealed record DescribeUsageHours : IOperation<DescribeUsageHoursResult>
{
    /// <summary>As <c>2026-11</c>; the present one where not given.</summary>
    public string? Month { get; init; }
}

public sealed record DescribeUsageHoursResult(string Month, string Currency, IReadOnlyList<UsageHour> Hours);

/// <summary>An hour of one kind in one region.</summary>
/// <param name="Hour">When it began.</param>
/// <param name="RegionId">The region.</param>
/// <param name="Kind">What was metered.</param>
/// <param name="Bytes">What was occupied.</param>
/// <param name="OffsetBytes">Of those, what storage plans cover.</param>
/// <param name="PricePerGiBMonth">For a month of 720 hours.</param>
/// <param name="Cost">Of what plans do not cover.</param>
public sealed record UsageHour(DateTimeOffset Hour, string RegionId, MeterKind Kind, long Bytes, long OffsetBytes, decimal PricePerGiBMonth, decimal Cost);

internal sealed class DescribeUsageHoursHandler(PortalDb db, PortalOptions options, TimeProvider time) : IHandler<DescribeUsageHours, DescribeUsageHoursResult>
{
    public async Task<DescribeUsageHoursResult> RunAsync(DescribeUsageHours request, Caller caller, CancellationToken cancel)
    {
        var month = Month.Read(request.Month, time.GetUtcNow());
        var prices = await PriceList.ReadAsync(db, cancel);
        var plans = await db.StoragePlans.AsNoTracking().Where(plan => plan.AccountId == caller.AccountId).ToListAsync(cancel);
        var readings = await db.MeterReadings.AsNoTracking().Where(each => each.AccountId == caller.AccountId && each.Hour >= month.Begin && each.Hour < month.End)
            .OrderBy(each => each.Hour).ThenBy(each => each.RegionId).ThenBy(each => each.Kind).ToListAsync(cancel);
        return new(month.ToString(), options.Currency, [.. Bill.Of(readings, prices, plans).Select(charge => new UsageHour(
            charge.Hour, charge.RegionId, charge.Kind, charge.Bytes, charge.OffsetBytes, charge.PerGiBMonth, charge.Cost))]);
    }
}
