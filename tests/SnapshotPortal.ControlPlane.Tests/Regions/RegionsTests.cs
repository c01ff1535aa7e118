using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Tests.Regions;

public sealed class RegionsTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Regions_and_zones_are_those_of_the_configuration()
    {
        Assert.Equal(["local-1", "local-2"], (await portal.RunAsync(new DescribeRegions())).Regions.Select(region => region.RegionId));
        Assert.Equal(["local-1a", "local-1b"], (await portal.RunAsync(new DescribeZones("local-1"))).Zones.Select(zone => zone.ZoneId));
    }

    [Fact]
    public async Task Unknown_region_is_refused()
    {
        var refusal = await portal.RefusedAsync(new DescribeZones("nowhere-1"));
        Assert.Equal(("InvalidRegionId.NotFound", 404), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    [Fact]
    public async Task Zones_tell_what_can_be_made_in_them()
    {
        var disks = await portal.RunAsync(new DescribeAvailableResource("local-1", "DataDisk") { DataDiskCategory = "cloud_essd", ZoneId = "local-1b" });
        var essd = Assert.Single(Assert.Single(Assert.Single(disks.AvailableZones).AvailableResources).SupportedResources);
        Assert.Equal(("cloud_essd", 1, 65536, "GiB"), (essd.Value, essd.Min, essd.Max, essd.Unit));

        var types = (await portal.RunAsync(new DescribeAvailableResource("local-1", "InstanceType") { Cores = 2, Memory = 8 })).AvailableZones;
        Assert.Equal(["local-1a", "local-1b"], types.Select(zone => zone.ZoneId));
        Assert.Contains("ecs.g7.large", types[0].AvailableResources[0].SupportedResources.Select(type => type.Value));
        Assert.Equal("InvalidParameter", (await portal.RefusedAsync(new DescribeAvailableResource("local-1", "Coffee"))).Error.Code);
        Assert.Equal("InvalidZoneId.NotFound", (await portal.RefusedAsync(new DescribeAvailableResource("local-1", "Zone") { ZoneId = "local-2a" })).Error.Code);
    }
}
