using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>What all accounts took in a month and owe for it, and what is the portal's own; for administrators.</summary>
[PortalOnly]
public sealed record DescribeUsageOfAccounts : IOperation<DescribeUsageOfAccountsResult>
{
    /// <summary>As <c>2026-11</c>; the present one where not given.</summary>
    public string? Month { get; init; }
}

public sealed record DescribeUsageOfAccountsResult(string Month, string Currency, DateTimeOffset? LastHour, IReadOnlyList<AccountUsage> Accounts);

/// <summary>An account's month.</summary>
/// <param name="AccountId">The account; empty for what belongs to none: the stores' own, and garbage until it is swept.</param>
/// <param name="AccountName">Its name.</param>
/// <param name="NormalBytes">In the last metered hour.</param>
/// <param name="LocalBytes">In the last metered hour.</param>
/// <param name="Cost">Of the month so far.</param>
public sealed record AccountUsage(string AccountId, string AccountName, long NormalBytes, long LocalBytes, decimal Cost);

internal sealed class DescribeUsageOfAccountsHandler(PortalDb db, PortalOptions options, TimeProvider time) : IHandler<DescribeUsageOfAccounts, DescribeUsageOfAccountsResult>
{
    public async Task<DescribeUsageOfAccountsResult> RunAsync(DescribeUsageOfAccounts request, Caller caller, CancellationToken cancel)
    {
        var month = Month.Read(request.Month, time.GetUtcNow());
        var prices = await PriceList.ReadAsync(db, cancel);
        var plans = (await db.StoragePlans.AsNoTracking().ToListAsync(cancel)).ToLookup(plan => plan.AccountId, StringComparer.Ordinal);
        var names = await db.Accounts.ToDictionaryAsync(account => account.Id, account => account.Name, StringComparer.Ordinal, cancel);
        var last = await db.MeteredHours.Where(each => each.Hour >= month.Begin && each.Hour < month.End).OrderByDescending(each => each.Hour).Select(each => (DateTimeOffset?)each.Hour).FirstOrDefaultAsync(cancel);
        var readings = await db.MeterReadings.AsNoTracking().Where(each => each.Hour >= month.Begin && each.Hour < month.End).ToListAsync(cancel);
        return new(month.ToString(), options.Currency, last, [.. readings.GroupBy(each => each.AccountId, StringComparer.Ordinal).Select(own => new AccountUsage(
                own.Key, names.GetValueOrDefault(own.Key, own.Key), LastOf(own, MeterKind.Normal), LastOf(own, MeterKind.Local),
                own.Key == MeterReading.Portal ? 0 : Bill.Of(own, prices, [.. plans[own.Key]]).Sum(charge => charge.Cost)))
            .OrderByDescending(each => each.Cost).ThenBy(each => each.AccountName, StringComparer.OrdinalIgnoreCase)]);

        long LastOf(IEnumerable<MeterReading> own, MeterKind kind) => own.Where(each => each.Hour == last && each.Kind == kind).Sum(each => each.Bytes);
    }
}
