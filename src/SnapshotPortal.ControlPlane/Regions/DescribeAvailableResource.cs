using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Regions;

/// <summary>What can be made in the zones of a region: instance types, or disks with their sizes. All zones offer the same.</summary>
public sealed record DescribeAvailableResource(string RegionId, string DestinationResource) : IOperation<DescribeAvailableResourceResult>
{
    public string? ZoneId { get; init; }

    public string? InstanceType { get; init; }

    public string? SystemDiskCategory { get; init; }

    public string? DataDiskCategory { get; init; }

    public int? Cores { get; init; }

    public int? Memory { get; init; }
}

public sealed record DescribeAvailableResourceResult(IReadOnlyList<AvailableZoneInfo> AvailableZones);

public sealed record AvailableZoneInfo(string RegionId, string ZoneId, string Status, string StatusCategory, IReadOnlyList<AvailableResourceInfo> AvailableResources);

public sealed record AvailableResourceInfo(string Type, IReadOnlyList<SupportedResourceInfo> SupportedResources);

/// <summary>A value that is offered; sizes in <see cref="Unit"/>.</summary>
public sealed record SupportedResourceInfo(string Value, int? Min = null, int? Max = null, string? Unit = null)
{
    public string Status { get; init; } = DescribeAvailableResourceHandler.Available;

    public string StatusCategory { get; init; } = DescribeAvailableResourceHandler.WithStock;
}

internal sealed class DescribeAvailableResourceHandler(PortalOptions options) : IHandler<DescribeAvailableResource, DescribeAvailableResourceResult>
{
    public const string Available = "Available";
    public const string WithStock = "WithStock";

    public Task<DescribeAvailableResourceResult> RunAsync(DescribeAvailableResource request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (request.ZoneId is { Length: > 0 } zone && !region.Zones.Contains(zone)) throw new OperationException(RegionErrors.ZoneNotFound, nameof(request.ZoneId));
        var offered = Offered(request);
        return Task.FromResult(new DescribeAvailableResourceResult([.. region.Zones
            .Where(zoneId => string.IsNullOrEmpty(request.ZoneId) || zoneId == request.ZoneId)
            .Select(zoneId => new AvailableZoneInfo(region.RegionId, zoneId, Available, WithStock, [new(request.DestinationResource, offered)]))]));
    }

    private static IReadOnlyList<SupportedResourceInfo> Offered(DescribeAvailableResource request) => request.DestinationResource switch
    {
        "InstanceType" => [.. InstanceTypes.All
            .Where(type => Matches(request.InstanceType, type.InstanceTypeId) && (request.Cores ?? type.CpuCoreCount) == type.CpuCoreCount && (request.Memory ?? (int)type.MemorySize) == (int)type.MemorySize)
            .Select(type => new SupportedResourceInfo(type.InstanceTypeId))],
        "SystemDisk" => Disks(request.SystemDiskCategory, forSystem: true),
        "DataDisk" => Disks(request.DataDiskCategory, forSystem: false),
        "IoOptimized" => [new("optimized")],
        "Network" => [new("vpc")],
        "Zone" or "ddh" => [],
        _ => throw new OperationException(OperationErrors.Invalid("DestinationResource", "Zone, IoOptimized, InstanceType, Network, ddh, SystemDisk or DataDisk"), nameof(request.DestinationResource)),
    };

    /// <summary>A category with several performance levels has the sizes of all of them.</summary>
    private static List<SupportedResourceInfo> Disks(string? category, bool forSystem) => [.. DiskCategories.All
        .Where(range => Matches(category, range.Category) && (!forSystem || DiskCategories.SystemSizeMax(range.Category) is not null))
        .GroupBy(range => range.Category)
        .Select(ranges => new SupportedResourceInfo(
            ranges.Key, ranges.Min(range => range.SizeMin), forSystem ? DiskCategories.SystemSizeMax(ranges.Key) : ranges.Max(range => range.SizeMax), "GiB"))];

    private static bool Matches(string? asked, string offered) => string.IsNullOrEmpty(asked) || asked == offered;
}
