using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Regions;

/// <summary>The regions of this installation.</summary>
public sealed record DescribeRegions : IOperation<DescribeRegionsResult>
{
    public string? AcceptLanguage { get; init; }
}

public sealed record DescribeRegionsResult(IReadOnlyList<RegionInfo> Regions);

public sealed record RegionInfo(string RegionId, string LocalName, string RegionEndpoint, string Status);
