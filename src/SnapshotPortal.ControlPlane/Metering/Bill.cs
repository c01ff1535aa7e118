namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>What an hour of one kind in one region costs.</summary>
internal readonly record struct Charge(DateTimeOffset Hour, string RegionId, MeterKind Kind, long Bytes, long OffsetBytes, decimal PerGiBMonth)
{
    /// <summary>A month has 720 hours, whatever the calendar says: so 100 GiB at 0.0173 cost 0.002403 an hour, as ECS publishes.</summary>
    public const int HoursOfMonth = 720;

    public decimal Cost => (decimal)(Bytes - OffsetBytes) / (1L << 30) * PerGiBMonth / HoursOfMonth;
}

/// <summary>Prices readings: a function of readings, prices and plans alone, so that a month can be told again at any time.</summary>
internal static class Bill
{
    public static IEnumerable<Charge> Of(IEnumerable<MeterReading> readings, PriceList prices, IReadOnlyList<StoragePlan> plans)
        => readings.Select(each => Of(each.Hour, each.RegionId, each.Kind, each.Bytes, prices, plans));

    /// <summary>What the rest of a month will cost if everything stays as in the last hour: prices and plans that are known to change then do.</summary>
    public static decimal Forecast(IReadOnlyList<MeterReading> lastHour, DateTimeOffset from, DateTimeOffset until, PriceList prices, IReadOnlyList<StoragePlan> plans)
    {
        var cost = 0m;
        for (var hour = from; hour < until; hour = hour.AddHours(1))
        {
            foreach (var reading in lastHour) cost += Of(hour, reading.RegionId, reading.Kind, reading.Bytes, prices, plans).Cost;
        }

        return cost;
    }

    private static Charge Of(DateTimeOffset hour, string regionId, MeterKind kind, long bytes, PriceList prices, IReadOnlyList<StoragePlan> plans)
    {
        var prepaid = kind == MeterKind.Normal ? plans.Where(plan => plan.RegionId == regionId && plan.HoldsAt(hour)).Sum(plan => (long)plan.CapacityGiB << 30) : 0;
        return new(hour, regionId, kind, bytes, Math.Min(bytes, prepaid), prices.PerGiBMonthAt(hour, kind));
    }
}
