using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>The prices of this installation, those that come and those that held, newest first.</summary>
[PortalOnly]
public sealed record DescribePrices : IOperation<DescribePricesResult>;

public sealed record DescribePricesResult(string Currency, IReadOnlyList<PriceInfo> Prices);

/// <summary>A version of the prices.</summary>
/// <param name="PriceId">The version.</param>
/// <param name="EffectiveTime">The first hour that it holds for.</param>
/// <param name="NormalPerGiBMonth">Of a GiB of normal snapshots for a month of 720 hours.</param>
/// <param name="LocalPerGiBMonth">Of a GiB of local snapshots for a month of 720 hours.</param>
/// <param name="CreatedByEmail">Who made it; empty for the first.</param>
/// <param name="State">Whether it holds.</param>
public sealed record PriceInfo(string PriceId, DateTimeOffset EffectiveTime, decimal NormalPerGiBMonth, decimal LocalPerGiBMonth, string CreatedByEmail, PriceState State);

/// <summary>Whether prices hold.</summary>
public enum PriceState
{
    /// <summary>They begin later.</summary>
    Coming,

    /// <summary>They hold now.</summary>
    Holding,

    /// <summary>Later ones took their place.</summary>
    Past,
}

internal sealed class DescribePricesHandler(PortalDb db, PortalOptions options, TimeProvider time) : IHandler<DescribePrices, DescribePricesResult>
{
    public async Task<DescribePricesResult> RunAsync(DescribePrices request, Caller caller, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var prices = await PriceList.ReadAsync(db, cancel);
        var makers = prices.NewestFirst.Select(each => each.CreatedBy).Distinct().ToList();
        var emails = await db.Users.Where(user => makers.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Email!, cancel);
        return new(options.Currency, [.. prices.NewestFirst.Select(each => new PriceInfo(
            each.Id, each.EffectiveFrom, each.NormalPerGiBMonth, each.LocalPerGiBMonth, emails.GetValueOrDefault(each.CreatedBy, ""),
            each.EffectiveFrom > now ? PriceState.Coming : each == prices.At(now) ? PriceState.Holding : PriceState.Past))]);
    }
}
