using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Metering;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Usage;

/// <summary>What an account's snapshots take and cost in a month. The month is in the address.</summary>
public sealed partial class UsagePage
{
    private DescribeUsageResult? usage;
    private DescribeSnapshotPackageResult? plans;
    private PriceInfo? price;
    private List<Point> points = [];
    private string unit = "";

    [SupplyParameterFromQuery(Name = "month")]
    private string? Month { get; set; }

    // Figures change once an hour, and nothing announces that; what the page shows is true for the hours it names.
    protected override bool Concerns(Change change) => false;

    protected override async Task LoadAsync()
    {
        var told = await RunAsync(new DescribeUsage { Month = Month });
        plans = await RunAsync(new DescribeSnapshotPackage { PageSize = 100 });
        price = (await RunAsync(new DescribePrices())).Prices.First(each => each.State == PriceState.Holding);
        (unit, var unitBytes) = UnitOf(told.Days.Select(day => day.NormalBytes + day.LocalBytes).DefaultIfEmpty().Max());
        points = [.. told.Days.Select(day => new Point(day.Date.ToString("d MMM", CultureInfo.InvariantCulture), day.NormalBytes / unitBytes, day.LocalBytes / unitBytes))];
        usage = told;
    }

    /// <summary>The unit in which the highest column has a figure that can be read.</summary>
    private static (string Unit, double Bytes) UnitOf(long highest) => highest switch
    {
        >= 1L << 40 => ("TiB", 1L << 40),
        >= 1L << 30 => ("GiB", 1L << 30),
        >= 1L << 20 => ("MiB", 1L << 20),
        _ => ("KiB", 1L << 10),
    };

    private static string NameOf(string month) => First(month).ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    private static DateOnly First(string month) => DateOnly.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture);

    private long Last(MeterKind kind) => usage!.Lines.Where(line => line.Kind == kind).Sum(line => line.LastBytes);

    /// <summary>From this month, or the one that is shown if it is later, back to the first with figures.</summary>
    private IEnumerable<string> Months()
    {
        var (first, shown) = (First(usage!.FirstMonth), First(usage.Month));
        var now = DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);
        var last = shown > now ? shown : new DateOnly(now.Year, now.Month, 1);
        for (var month = last; month >= first; month = month.AddMonths(-1))
            yield return month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
    }

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private sealed record Point(string Day, double Normal, double Local);
}
