using SnapshotPortal.ControlPlane.Metering;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.Usage;

/// <summary>Every metered hour of a month as a file.</summary>
internal static class UsageCsv
{
    private static readonly string[] Columns = ["Hour", "Region", "Kind", "Bytes", "CoveredBytes", "PricePerGiBMonth", "Cost", "Currency"];

    public static void MapUsageCsv(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/a/{account}/usage.csv", (string account, string? month, HttpContext context, OperationRunner operations) =>
            CsvFile.SendAsync(context, $"usage-{account}.csv", Columns, RowsAsync(() => operations.RunAsync(new DescribeUsageHours { Month = month }, context.Caller(account), context.RequestAborted))))
            .RequireAuthorization();

    private static async IAsyncEnumerable<object?[]> RowsAsync(Func<Task<DescribeUsageHoursResult>> read)
    {
        var told = await read();
        foreach (var hour in told.Hours)
            yield return [hour.Hour, hour.RegionId, hour.Kind, hour.Bytes, hour.OffsetBytes, hour.PricePerGiBMonth, hour.Cost, told.Currency];
    }
}
