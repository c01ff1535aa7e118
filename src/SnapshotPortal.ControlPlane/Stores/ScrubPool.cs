using System.Globalization;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Looks for damage in a zone's pool, which is in use meanwhile.</summary>
[PortalOnly]
public sealed record ScrubPool(string ZoneId) : IOperation<StoreCheckStarted>;

internal sealed class ScrubPoolHandler(PortalOptions options, StoreChecks checks) : IHandler<ScrubPool, StoreCheckStarted>
{
    public Task<StoreCheckStarted> RunAsync(ScrubPool request, Caller caller, CancellationToken cancel)
    {
        if (!options.Regions.Any(region => region.Zones.Contains(request.ZoneId))) throw new OperationException(RegionErrors.ZoneNotFound, nameof(request.ZoneId));
        return Task.FromResult(checks.Add(JobKind.ScrubPool, request.ZoneId));
    }
}

internal sealed class ScrubPoolWork(PortalDb db, PortalOptions options, ZonePools pools, TimeProvider time) : StoreWork(db, time)
{
    protected override async Task<StoreResult> RunAsync(StoreCheck check, JobProgress progress, CancellationToken cancel)
    {
        long total = 0;
        var report = await pools[check.StoreId].ScrubAsync(options.ScrubBytesPerSecond, new Reporter<ScrubProgress>(now => progress.Report(now.CheckedBytes, total = now.TotalBytes)), cancel);
        List<string> findings = [.. report.Damage.Select(damage => string.Create(CultureInfo.InvariantCulture, $"{PartOf(damage)}: {damage.LengthBytes} bytes from byte {damage.OffsetBytes} on cannot be read ({damage.Place})."))];
        if (report.LeakedBytes is > 0 and var leaked) findings.Add(string.Create(CultureInfo.InvariantCulture, $"{leaked} bytes were taken for used and needed by nobody; they are given back."));
        return new(report.Damage.Count == 0, findings) { CheckedBytes = report.CheckedBytes, TotalBytes = report.IsComplete ? report.CheckedBytes : Math.Max(total, report.CheckedBytes) };
    }

    private static string PartOf(ScrubDamage damage) => damage.Part switch
    {
        DamagedPart.Disk => $"Disk {damage.Name}",
        DamagedPart.Snapshot => $"Local snapshot {damage.Name}",
        DamagedPart.DeletedSnapshot => $"Deleted local snapshot {damage.Name}",
        _ => $"Segment {damage.Name}",
    };
}
