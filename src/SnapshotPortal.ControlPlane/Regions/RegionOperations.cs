using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Regions;

internal static class RegionOperations
{
    public static void Register(OperationTable table) => table
        .Add<DescribeRegions, DescribeRegionsResult, DescribeRegionsHandler>(Access.SignedIn, Effect.Read)
        .Add<DescribeZones, DescribeZonesResult, DescribeZonesHandler>(Access.SignedIn, Effect.Read)
        .Add<DescribeAvailableResource, DescribeAvailableResourceResult, DescribeAvailableResourceHandler>(Access.SignedIn, Effect.Read);
}
