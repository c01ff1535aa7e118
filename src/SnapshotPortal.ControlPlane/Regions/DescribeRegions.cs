using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Regions;

/// <summary>The regions of this installation.</summary>
public sealed record DescribeRegions : IOperation<DescribeRegionsResult>
{
    public string? AcceptLanguage { get; init; }
}

public sealed record DescribeRegionsResult(IReadOnlyList<RegionInfo> Regions);

public sealed record RegionInfo(string RegionId, string LocalName, string RegionEndpoint, string Status);

internal sealed class DescribeRegionsHandler(PortalOptions options) : IHandler<DescribeRegions, DescribeRegionsResult>
{
    public Task<DescribeRegionsResult> RunAsync(DescribeRegions request, Caller caller, CancellationToken cancel)
        => Task.FromResult(new DescribeRegionsResult([.. options.Regions.Select(region => new RegionInfo(region.RegionId, region.LocalName, "", "available"))]));
}
