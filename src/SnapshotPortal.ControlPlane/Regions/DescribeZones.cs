using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Regions;

/// <summary>The zones of a region and what can be made in them.</summary>
public sealed record DescribeZones(string RegionId) : IOperation<DescribeZonesResult>
{
    public string? AcceptLanguage { get; init; }
}

public sealed record DescribeZonesResult(IReadOnlyList<ZoneInfo> Zones);

public sealed record ZoneInfo(string ZoneId, string LocalName, string ZoneType, IReadOnlyList<string> AvailableDiskCategories, IReadOnlyList<string> AvailableResourceCreation)
{
    /// <summary>The sizes that each category and performance level can have.</summary>
    [PortalOnly]
    public required IReadOnlyList<DiskSizeRange> DiskSizes { get; init; }

    /// <summary>Whether new disks can be encrypted: a key-encryption key is configured.</summary>
    [PortalOnly]
    public required bool EncryptsDisks { get; init; }
}

/// <summary>The sizes that a category of disks can have.</summary>
/// <param name="Category">As <c>cloud_essd</c>.</param>
/// <param name="PerformanceLevel"><c>PL0</c>…<c>PL3</c> for <c>cloud_essd</c>, otherwise null.</param>
/// <param name="CommonName">What people call it.</param>
/// <param name="SizeMin">In GiB.</param>
/// <param name="SizeMax">In GiB.</param>
public sealed record DiskSizeRange(string Category, string? PerformanceLevel, string CommonName, int SizeMin, int SizeMax)
{
    /// <summary>What a disk of that size may do in a second: requests, and MB; 0 where it is not limited.</summary>
    public (int Iops, int Megabytes) SpeedAt(int sizeGiB)
        => (DiskCategories.Iops(Category, PerformanceLevel, sizeGiB), DiskCategories.Throughput(Category, PerformanceLevel, sizeGiB));

    /// <summary>Whether disks of another category can become one of this.</summary>
    public bool IsChangeTarget => DiskCategories.IsChangeTarget(Category);
}

internal sealed class DescribeZonesHandler(PortalOptions options, DiskKeys keys) : IHandler<DescribeZones, DescribeZonesResult>
{
    private static readonly string[] Categories = [.. DiskCategories.All.Select(category => category.Category).Distinct()];

    public Task<DescribeZonesResult> RunAsync(DescribeZones request, Caller caller, CancellationToken cancel)
        => Task.FromResult(new DescribeZonesResult([.. options.Region(request.RegionId).Zones.Select(zoneId =>
            new ZoneInfo(zoneId, zoneId, "AvailabilityZone", Categories, ["Disk"]) { DiskSizes = DiskCategories.All, EncryptsDisks = keys.Ring is not null })]));
}
