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
}
