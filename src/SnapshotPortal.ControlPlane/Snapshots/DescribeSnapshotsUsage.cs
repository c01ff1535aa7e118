using SnapshotPortal.ControlPlane.Operations;

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
