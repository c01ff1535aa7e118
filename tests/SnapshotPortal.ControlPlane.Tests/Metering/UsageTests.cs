using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Metering;

namespace SnapshotPortal.ControlPlane.Tests.Metering;

public sealed class UsageTests : IAsyncLifetime
{
    private const long GiB = 1L << 30;
    private TestPortal portal = null!;
    private DateTimeOffset begin;

    /// <summary>The tests' clock stands in a whole month of its own, so that no day or month ends under them.</summary>
    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        var now = portal.Time.GetUtcNow();
        begin = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        portal.Time.Shift = begin.AddHours(48).AddMinutes(30) - now;
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Month_to_date_days_lines_and_forecast_follow_from_the_readings()
    {
        await MeterAsync(48, (MeterKind.Normal, 10), (MeterKind.Local, 2));
        var usage = await portal.RunAsync(new DescribeUsage());
        Assert.Equal((begin.ToString("yyyy-MM", null), 48, "USD"), (usage.Month, usage.HourCount, usage.Currency));
        Assert.Equal([new("local-1", MeterKind.Normal, 480, 0, 10 * GiB, 480 * 0.02m / 720), new UsageLine("local-1", MeterKind.Local, 96, 0, 2 * GiB, 96 * 0.10m / 720)], usage.Lines, new UsageLineComparer());
        Assert.Equal([(1, 10 * GiB, 2 * GiB), (2, 10 * GiB, 2 * GiB)], usage.Days.Select(day => (day.Date.Day, day.NormalBytes, day.LocalBytes)));
        var perHour = (10 * 0.02m + 2 * 0.10m) / 720;
        Assert.Equal(decimal.Round(48 * perHour, 10), decimal.Round(usage.Cost, 10));
        Assert.Equal(decimal.Round((decimal)(begin.AddMonths(1) - begin).TotalHours * perHour, 8), decimal.Round(usage.ForecastCost!.Value, 8));
        Assert.Equal(usage.Cost, (await portal.RunAsync(new DescribeUsageHours())).Hours.Sum(hour => hour.Cost));
    }

    [Fact]
    public async Task Another_account_sees_nothing_of_it_and_the_administrator_sees_both()
    {
        await MeterAsync(3, (MeterKind.Normal, 10));
        var stranger = await portal.AddStrangerAsync();
        var foreign = await portal.RunAsync(new DescribeUsage(), stranger);
        Assert.Equal((0, 0m), (foreign.Lines.Count, foreign.Cost));
        var all = await portal.RunAsync(new DescribeUsageOfAccounts());
        Assert.Equal((portal.Owner.AccountId, 10 * GiB), (Assert.Single(all.Accounts).AccountId, all.Accounts[0].NormalBytes));
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new DescribeUsageOfAccounts(), stranger)).Error.Code);
    }

    [Fact]
    public async Task Prices_begin_in_an_hour_to_come_and_can_be_taken_back_until_then()
    {
        var made = await portal.RunAsync(new CreatePrice(0.03m, 0.2m));
        Assert.Equal(begin.AddHours(49), made.EffectiveTime);
        Assert.Equal([PriceState.Coming, PriceState.Holding], (await portal.RunAsync(new DescribePrices())).Prices.Select(price => price.State));
        Assert.Equal("InvalidEffectiveTime.Duplicated", (await portal.RefusedAsync(new CreatePrice(1, 1))).Error.Code);
        Assert.Equal("InvalidEffectiveTime.TooEarly", (await portal.RefusedAsync(new CreatePrice(1, 1) { EffectiveTime = begin.AddHours(48).AddMinutes(45) })).Error.Code);
        Assert.Equal("InvalidPrice.Malformed", (await portal.RefusedAsync(new CreatePrice(-1, 1))).Error.Code);
        Assert.Equal("InvalidPrice.Malformed", (await portal.RefusedAsync(new CreatePrice(1, 0.0000001m))).Error.Code);
        await portal.RunAsync(new DeletePrice(made.PriceId));
        made = await portal.RunAsync(new CreatePrice(0.03m, 0.2m));
        portal.Time.Shift += TimeSpan.FromHours(1);
        Assert.Equal([PriceState.Holding, PriceState.Past], (await portal.RunAsync(new DescribePrices())).Prices.Select(price => price.State));
        Assert.Equal("PriceInUse", (await portal.RefusedAsync(new DeletePrice(made.PriceId))).Error.Code);
        Assert.Equal("InvalidPriceId.NotFound", (await portal.RefusedAsync(new DeletePrice("pr-none"))).Error.Code);
    }

    [Fact]
    public async Task Plan_offsets_from_the_next_hour_on_until_it_is_ended()
    {
        var account = portal.Owner.AccountId;
        var plan = await portal.RunAsync(new CreateStoragePlan(account, "local-1", "archive", 4));
        var told = Assert.Single((await portal.RunAsync(new DescribeSnapshotPackage { RegionId = "local-1" })).SnapshotPackages);
        Assert.Equal(("archive", 4, begin.AddHours(49)), (told.DisplayName, told.InitCapacity, told.StartTime));
        Assert.Empty((await portal.RunAsync(new DescribeSnapshotPackage { RegionId = "local-2" })).SnapshotPackages);
        await MeterAsync(52, (MeterKind.Normal, 10));
        Assert.Equal(3 * 4, (await portal.RunAsync(new DescribeUsage())).Lines[0].OffsetGiBHours);
        portal.Time.Shift += TimeSpan.FromHours(2);
        await portal.RunAsync(new EndStoragePlan(plan.PlanId));
        Assert.Equal(2 * 4, (await portal.RunAsync(new DescribeUsage())).Lines[0].OffsetGiBHours);
        Assert.True(Assert.Single((await portal.RunAsync(new DescribeStoragePlans())).Plans).HasEnded);
        Assert.Equal("IncorrectPlanStatus", (await portal.RefusedAsync(new EndStoragePlan(plan.PlanId))).Error.Code);
        Assert.Equal("InvalidPlanId.NotFound", (await portal.RefusedAsync(new EndStoragePlan("pp-none"))).Error.Code);
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new CreateStoragePlan("a-none", "local-1", "archive", 4))).Error.Code);
        Assert.Equal("InvalidCapacity.Malformed", (await portal.RefusedAsync(new CreateStoragePlan(account, "local-1", "archive", 0))).Error.Code);
        Assert.Equal("InvalidPeriod.Malformed", (await portal.RefusedAsync(new CreateStoragePlan(account, "local-1", "archive", 4) { Months = 0 })).Error.Code);
    }

    [Fact]
    public async Task Monitor_data_has_a_point_for_each_step_of_metered_hours()
    {
        await MeterAsync(48, (MeterKind.Normal, 10));
        var data = (await portal.RunAsync(new DescribeSnapshotMonitorData("local-1", begin.AddHours(46), begin.AddHours(50)) { Period = 3600 })).MonitorData;
        Assert.Equal([new(begin.AddHours(46), 10 * GiB), new DataPoint(begin.AddHours(47), 10 * GiB)], data);
        Assert.Equal([0L, 0L], (await portal.RunAsync(new DescribeSnapshotMonitorData("local-1", begin.AddHours(46), begin.AddHours(50)) { Period = 3600, Category = "Flash" })).MonitorData.Select(point => point.Size));
        await RefusedAsync(new("local-1", begin, begin.AddDays(2)), "InvalidParameter.TooManyDataQueried");
        await RefusedAsync(new("local-1", begin, begin), "InvalidStartTime.Malformed");
        await RefusedAsync(new("local-1", begin.AddDays(-40), begin), "InvalidStartTime.TooEarly");
        await RefusedAsync(new("local-1", begin, begin.AddHours(1)) { Period = 7 }, "InvalidPeriod.ValueNotSupported");
        await RefusedAsync(new("nowhere", begin, begin.AddHours(1)), "InvalidRegionId.NotFound");
    }

    [Fact]
    public async Task Month_that_is_none_is_refused()
        => Assert.Equal("InvalidMonth.Malformed", (await portal.RefusedAsync(new DescribeUsage { Month = "last" })).Error.Code);

    private async Task RefusedAsync(DescribeSnapshotMonitorData request, string code) => Assert.Equal(code, (await portal.RefusedAsync(request)).Error.Code);

    /// <summary>Readings of the owner's account in local-1, as the meter writes them, for so many hours of the month.</summary>
    private async Task MeterAsync(int hours, params (MeterKind Kind, int GiB)[] each)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        for (var hour = 0; hour < hours; hour++)
        {
            db.MeteredHours.Add(new() { Hour = begin.AddHours(hour), MeasuredAt = begin.AddHours(hour + 1) });
            foreach (var (kind, size) in each)
                db.MeterReadings.Add(new() { Hour = begin.AddHours(hour), AccountId = portal.Owner.AccountId, RegionId = "local-1", Kind = kind, Bytes = size * GiB });
        }

        await db.SaveChangesAsync();
    }

    /// <summary>Costs of a month are sums of many quotients: equal to ten digits.</summary>
    private sealed class UsageLineComparer : IEqualityComparer<UsageLine>
    {
        public bool Equals(UsageLine? one, UsageLine? other) => Rounded(one!) == Rounded(other!);

        public int GetHashCode(UsageLine line) => Rounded(line).GetHashCode();

        private static UsageLine Rounded(UsageLine line) => line with { Cost = decimal.Round(line.Cost, 10) };
    }
}
