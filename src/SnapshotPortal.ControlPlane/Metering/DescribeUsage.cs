using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>What the account's snapshots took in a month, hour by hour metered, and what that costs.</summary>
[PortalOnly]
public sealed record DescribeUsage : IOperation<DescribeUsageResult>
{
    /// <summary>As <c>2026-11</c>; the present one where not given.</summary>
    public string? Month { get; init; }
}

/// <summary>A month of an account.</summary>
/// <param name="Month">Which one.</param>
/// <param name="FirstMonth">The first that anything was metered in; the same where nothing was.</param>
/// <param name="Currency">What costs are in.</param>
/// <param name="HourCount">How many hours of it are metered.</param>
/// <param name="Cost">Of those hours.</param>
/// <param name="ForecastCost">Of the whole month if everything stays as in the last hour; null for months that are over.</param>
/// <param name="Lines">By region and kind.</param>
/// <param name="Days">By day, those with metered hours.</param>
public sealed record DescribeUsageResult(
    string Month, string FirstMonth, string Currency, int HourCount, decimal Cost, decimal? ForecastCost, IReadOnlyList<UsageLine> Lines, IReadOnlyList<UsageDay> Days);

/// <summary>One kind in one region.</summary>
/// <param name="RegionId">The region.</param>
/// <param name="Kind">What was metered.</param>
/// <param name="GiBHours">GiB times hours.</param>
/// <param name="OffsetGiBHours">Of those, what storage plans cover.</param>
/// <param name="LastBytes">What it was in the last metered hour.</param>
/// <param name="Cost">Of what plans do not cover.</param>
public sealed record UsageLine(string RegionId, MeterKind Kind, decimal GiBHours, decimal OffsetGiBHours, long LastBytes, decimal Cost);

/// <summary>One day.</summary>
/// <param name="Date">The day, in UTC.</param>
/// <param name="NormalBytes">The mean of its metered hours.</param>
/// <param name="LocalBytes">The mean of its metered hours.</param>
/// <param name="Cost">Of its metered hours.</param>
public sealed record UsageDay(DateOnly Date, long NormalBytes, long LocalBytes, decimal Cost);

internal sealed class DescribeUsageHandler(PortalDb db, PortalOptions options, TimeProvider time) : IHandler<DescribeUsage, DescribeUsageResult>
{
    public async Task<DescribeUsageResult> RunAsync(DescribeUsage request, Caller caller, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var month = Month.Read(request.Month, now);
        var prices = await PriceList.ReadAsync(db, cancel);
        var plans = await db.StoragePlans.AsNoTracking().Where(plan => plan.AccountId == caller.AccountId).ToListAsync(cancel);
        var readings = await db.MeterReadings.AsNoTracking().Where(each => each.AccountId == caller.AccountId && each.Hour >= month.Begin && each.Hour < month.End)
            .OrderBy(each => each.Hour).ToListAsync(cancel);
        var hours = await db.MeteredHours.Where(each => each.Hour >= month.Begin && each.Hour < month.End).Select(each => each.Hour).OrderBy(hour => hour).ToListAsync(cancel);
        var charges = Bill.Of(readings, prices, plans).ToList();
        var first = await db.MeterReadings.Where(each => each.AccountId == caller.AccountId).OrderBy(each => each.Hour).Select(each => (DateTimeOffset?)each.Hour).FirstOrDefaultAsync(cancel);
        var cost = charges.Sum(charge => charge.Cost);
        return new(
            month.ToString(), (first is { } begin && begin < month.Begin ? Metering.Month.Of(begin) : month).ToString(), options.Currency, hours.Count, cost,
            month == Metering.Month.Of(now) && hours is [.., var last] ? cost + Bill.Forecast(readings.FindAll(each => each.Hour == last), last.AddHours(1), month.End, prices, plans) : null,
            Lines(charges, hours), Days(charges, hours));
    }

    private static List<UsageLine> Lines(List<Charge> charges, List<DateTimeOffset> hours)
        => [.. charges.GroupBy(charge => (charge.RegionId, charge.Kind)).OrderBy(group => group.Key.RegionId, StringComparer.Ordinal).ThenBy(group => group.Key.Kind)
            .Select(group => new UsageLine(
                group.Key.RegionId, group.Key.Kind, group.Sum(charge => (decimal)charge.Bytes) / (1L << 30), group.Sum(charge => (decimal)charge.OffsetBytes) / (1L << 30),
                group.Where(charge => charge.Hour == hours[^1]).Sum(charge => charge.Bytes), group.Sum(charge => charge.Cost)))];

    /// <summary>The mean is over all metered hours of a day: one without a reading had nothing.</summary>
    private static List<UsageDay> Days(List<Charge> charges, List<DateTimeOffset> hours)
    {
        var byDay = charges.ToLookup(charge => DateOnly.FromDateTime(charge.Hour.UtcDateTime));
        return [.. hours.GroupBy(hour => DateOnly.FromDateTime(hour.UtcDateTime)).Select(day => new UsageDay(
            day.Key, Mean(day.Key, MeterKind.Normal, day.Count()), Mean(day.Key, MeterKind.Local, day.Count()), byDay[day.Key].Sum(charge => charge.Cost)))];

        long Mean(DateOnly day, MeterKind kind, int count) => byDay[day].Where(charge => charge.Kind == kind).Sum(charge => charge.Bytes) / count;
    }
}
