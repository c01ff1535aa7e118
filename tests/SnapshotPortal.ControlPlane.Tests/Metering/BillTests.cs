using SnapshotPortal.ControlPlane.Metering;

namespace SnapshotPortal.ControlPlane.Tests.Metering;

public sealed class BillTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Hundred_gigabytes_cost_an_hour_what_ecs_publishes()
        => Assert.Equal(0.002403m, decimal.Round(Charge(0, MeterKind.Normal, 100, Prices((0, 0.0173m, 0.1m))).Cost, 6));

    [Fact]
    public void Hour_keeps_the_price_that_held_in_it()
    {
        var prices = Prices((0, 1m, 2m), (5, 3m, 4m));
        Assert.Equal([1m, 1m, 3m, 4m], new[] { Charge(0, MeterKind.Normal, 1, prices), Charge(4, MeterKind.Normal, 1, prices), Charge(5, MeterKind.Normal, 1, prices), Charge(9, MeterKind.Local, 1, prices) }.Select(each => each.PerGiBMonth));
        Assert.Equal(PriceList.Initial.NormalPerGiBMonth, Charge(-1, MeterKind.Normal, 1, prices).PerGiBMonth);
    }

    [Fact]
    public void Plan_covers_normal_snapshots_of_its_region_in_its_hours_and_nothing_else()
    {
        StoragePlan[] plans = [Plan("local-1", 3, 2, 6), Plan("local-1", 4, 5, 8)];
        Assert.Equal([0, 3, 7, 4, 0], new[] { 1, 2, 5, 6, 8 }.Select(hour => Gigabytes(Charge(hour, MeterKind.Normal, 10, plans: plans).OffsetBytes)));
        Assert.Equal(2, Gigabytes(Charge(2, MeterKind.Normal, 2, plans: plans).OffsetBytes)); // no more than there is
        Assert.Equal(0, Charge(2, MeterKind.Local, 10, plans: plans).OffsetBytes);
        Assert.Equal(0, Charge(2, MeterKind.Normal, 10, plans: plans, region: "local-2").OffsetBytes);
    }

    [Fact]
    public void Forecast_goes_on_with_the_last_hour_and_with_prices_and_plans_that_are_known()
    {
        var prices = Prices((0, 720m, 0m), (3, 1440m, 0m));
        var last = Reading(0, MeterKind.Normal, 2, "local-1");
        Assert.Equal(2 + 2 + 4 + 4, Bill.Forecast([last], Begin.AddHours(1), Begin.AddHours(5), prices, []));
        Assert.Equal(2 + 2 + 2 + 2, Bill.Forecast([last], Begin.AddHours(1), Begin.AddHours(5), prices, [Plan("local-1", 1, 3, 9)]));
    }

    [Theory]
    [InlineData("2026-11-22T13:59:59.999Z", "2026-11-22T13:00:00Z")]
    [InlineData("2026-11-22T13:00:00Z", "2026-11-22T13:00:00Z")]
    [InlineData("2026-11-22T13:30:00+05:30", "2026-11-22T08:00:00Z")]
    public void Hours_are_those_of_utc(string moment, string hour) => Assert.Equal(DateTimeOffset.Parse(hour, null), HourMeter.HourOf(DateTimeOffset.Parse(moment, null)));

    private static long Gigabytes(long bytes) => bytes >> 30;

    private static PriceList Prices(params (int Hour, decimal Normal, decimal Local)[] versions)
        => new(versions.Select(each => new PriceVersion { Id = $"pr-{each.Hour}", EffectiveFrom = Begin.AddHours(each.Hour), NormalPerGiBMonth = each.Normal, LocalPerGiBMonth = each.Local, CreatedBy = "", CreatedAt = Begin }));

    private static StoragePlan Plan(string region, int gigabytes, int from, int until)
        => new() { Id = $"pp-{from}", AccountId = "a-1", RegionId = region, DisplayName = "plan", CapacityGiB = gigabytes, StartsAt = Begin.AddHours(from), EndsAt = Begin.AddHours(until) };

    private static MeterReading Reading(int hour, MeterKind kind, int gigabytes, string region)
        => new() { Hour = Begin.AddHours(hour), AccountId = "a-1", RegionId = region, Kind = kind, Bytes = (long)gigabytes << 30 };

    private static Charge Charge(int hour, MeterKind kind, int gigabytes, PriceList? prices = null, StoragePlan[]? plans = null, string region = "local-1")
        => Assert.Single(Bill.Of([Reading(hour, kind, gigabytes, region)], prices ?? new([]), plans ?? []));
}
