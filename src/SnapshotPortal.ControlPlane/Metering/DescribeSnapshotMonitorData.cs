using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>The size of the account's snapshots in a region over time (SPEC 7.1). Metering is hourly, so points within an hour have its value.</summary>
public sealed record DescribeSnapshotMonitorData(string RegionId, DateTimeOffset StartTime, DateTimeOffset EndTime) : IOperation<DescribeSnapshotMonitorDataResult>
{
    /// <summary><c>Standard</c> (also where not given), <c>Flash</c> or <c>Archive</c>.</summary>
    public string? Category { get; init; }

    /// <summary>60, 600 or 3600 seconds.</summary>
    public int? Period { get; init; }
}

public sealed record DescribeSnapshotMonitorDataResult(IReadOnlyList<DataPoint> MonitorData);

/// <summary>A moment of the series.</summary>
/// <param name="TimeStamp">The moment.</param>
/// <param name="Size">In bytes.</param>
public sealed record DataPoint(DateTimeOffset TimeStamp, long Size);

internal sealed class DescribeSnapshotMonitorDataHandler(PortalDb db, PortalOptions options, TimeProvider time) : IHandler<DescribeSnapshotMonitorData, DescribeSnapshotMonitorDataResult>
{
    private const int PointsMax = 400;

    public async Task<DescribeSnapshotMonitorDataResult> RunAsync(DescribeSnapshotMonitorData request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId).RegionId;
        var period = request.Period ?? 60;
        if (period is not (60 or 600 or 3600)) throw new OperationException(MeterErrors.PeriodUnsupported, nameof(request.Period));
        if (request.StartTime >= request.EndTime) throw new OperationException(MeterErrors.StartMalformed, nameof(request.StartTime));
        if (request.StartTime < time.GetUtcNow().AddDays(-30)) throw new OperationException(MeterErrors.StartTooEarly, nameof(request.StartTime));
        if ((request.EndTime - request.StartTime).TotalSeconds / period > PointsMax) throw new OperationException(MeterErrors.TooManyPoints, nameof(request.EndTime));
        MeterKind? kind = request.Category switch
        {
            null or "" or "Standard" => MeterKind.Normal,
            "Flash" => MeterKind.Local,
            "Archive" => null, // nothing is archived here
            _ => throw new OperationException(SnapshotErrors.CategoryUnknown, nameof(request.Category)),
        };
        var first = HourMeter.HourOf(request.StartTime);
        var metered = await db.MeteredHours.Where(each => each.Hour >= first && each.Hour < request.EndTime).Select(each => each.Hour).ToHashSetAsync(cancel);
        var readings = await db.MeterReadings.Where(each => each.AccountId == caller.AccountId && each.RegionId == region && each.Kind == kind && each.Hour >= first && each.Hour < request.EndTime)
            .ToDictionaryAsync(each => each.Hour, each => each.Bytes, cancel);
        var points = new List<DataPoint>();
        for (var moment = request.StartTime; moment < request.EndTime; moment = moment.AddSeconds(period))
        {
            var hour = HourMeter.HourOf(moment);
            if (metered.Contains(hour)) points.Add(new(moment, readings.GetValueOrDefault(hour)));
        }

        return new(points);
    }
}
