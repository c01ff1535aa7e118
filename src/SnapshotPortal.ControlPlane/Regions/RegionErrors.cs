using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Regions;

/// <summary>What regions and zones refuse.</summary>
internal static class RegionErrors
{
    public static readonly OperationError NotFound = new("InvalidRegionId.NotFound", 404, "There is no such region.", "Choose one that DescribeRegions lists.");

    public static readonly OperationError ZoneNotFound = new("InvalidZoneId.NotFound", 404, "There is no such zone in the region.", "Choose one that DescribeZones lists.");

    /// <summary>The region of that id.</summary>
    public static RegionOptions Region(this PortalOptions options, string regionId)
        => options.Regions.FirstOrDefault(region => region.RegionId == regionId) ?? throw new OperationException(NotFound, "RegionId");
}
