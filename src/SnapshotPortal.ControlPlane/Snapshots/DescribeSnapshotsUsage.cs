using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>How many snapshots the account has in a region and what they take in the store.</summary>
public sealed record DescribeSnapshotsUsage : IOperation<DescribeSnapshotsUsageResult>
{
    /// <summary>Mandatory in the API; pages leave it out to count all regions.</summary>
    public string? RegionId { get; init; }
}

/// <summary>Numbers of an account.</summary>
/// <param name="SnapshotCount">How many.</param>
/// <param name="SnapshotSize">Bytes stored for them.</param>
public sealed record DescribeSnapshotsUsageResult(int SnapshotCount, long SnapshotSize);

internal sealed class DescribeSnapshotsUsageHandler(PortalDb db, PortalOptions options) : IHandler<DescribeSnapshotsUsage, DescribeSnapshotsUsageResult>
{
    public async Task<DescribeSnapshotsUsageResult> RunAsync(DescribeSnapshotsUsage request, Caller caller, CancellationToken cancel)
    {
        var snapshots = db.Snapshots.OwnedBy(caller);
        if (request.RegionId is { Length: > 0 } regionId)
        {
            var region = options.Region(regionId);
            snapshots = snapshots.Where(snapshot => snapshot.RegionId == region.RegionId);
        }

        return new(await snapshots.CountAsync(cancel), await snapshots.SumAsync(snapshot => snapshot.StoredBytes ?? 0, cancel));
    }
}
