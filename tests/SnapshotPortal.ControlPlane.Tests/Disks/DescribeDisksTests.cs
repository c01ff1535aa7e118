using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class DescribeDisksTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string small = "", large = "", far = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        small = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { Size = 5, DiskName = "bravo_1" })).DiskId;
        large = (await portal.RunAsync(new CreateDisk("local-1", "local-1b") { Size = 100, DiskName = "Alpha", DiskCategory = "cloud_ssd" })).DiskId;
        far = (await portal.RunAsync(new CreateDisk("local-2", "local-2a") { Size = 20, DiskName = "charlie" })).DiskId;
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task ShowsAsync(DescribeDisks request, params string[] ids)
        => Assert.Equal(ids.Order(), (await portal.RunAsync(request)).Disks.Select(disk => disk.DiskId).Order());

    [Fact]
    public async Task Filters_are_anded()
    {
        await ShowsAsync(new(), small, large, far);
        await ShowsAsync(new() { RegionId = "local-1" }, small, large);
        await ShowsAsync(new() { RegionId = "local-1", ZoneId = "local-1b" }, large);
        await ShowsAsync(new() { RegionId = "local-2", ZoneId = "local-1b" });
        await ShowsAsync(new() { Category = "cloud_ssd", Status = "All" }, large);
        await ShowsAsync(new() { DiskName = "charlie" }, far);
        await ShowsAsync(new() { DiskIds = [far, "d-unknown"] }, far);
        await ShowsAsync(new() { DiskIds = [] });
        await ShowsAsync(new() { DiskType = "system" });
        await ShowsAsync(new() { Encrypted = false }, small, large, far);
    }

    [Fact]
    public async Task Search_finds_a_part_of_name_or_id_literally()
    {
        await ShowsAsync(new() { Search = "ALPH" }, large);
        await ShowsAsync(new() { Search = "o_1" }, small);
        await ShowsAsync(new() { Search = "%" });
        await ShowsAsync(new() { Search = far[4..12] }, far);
    }

    [Fact]
    public async Task Order_is_the_one_asked_for()
    {
        async Task InOrderAsync(DiskOrder order, params string[] ids) => Assert.Equal(ids, (await portal.RunAsync(new DescribeDisks { Order = order })).Disks.Select(disk => disk.DiskId));
        await InOrderAsync(DiskOrder.Name, large, small, far);
        await InOrderAsync(DiskOrder.NameDescending, far, small, large);
        await InOrderAsync(DiskOrder.Size, small, far, large);
    }

    [Fact]
    public async Task Unknown_values_of_filters_are_refused()
    {
        Assert.Equal("InvalidRegionId.NotFound", (await portal.RefusedAsync(new DescribeDisks { RegionId = "nowhere" })).Error.Code);
        Assert.Equal("InvalidZoneId.NotFound", (await portal.RefusedAsync(new DescribeDisks { ZoneId = "nowhere-a" })).Error.Code);
        Assert.Equal("InvalidStatus.ValueNotSupported", (await portal.RefusedAsync(new DescribeDisks { Status = "Happy" })).Error.Code);
        Assert.Equal("InvalidCategory.ValueNotSupported", (await portal.RefusedAsync(new DescribeDisks { Category = "floppy" })).Error.Code);
        Assert.Equal("InvalidDiskIds.Malformed", (await portal.RefusedAsync(new DescribeDisks { DiskIds = [.. Enumerable.Range(0, 101).Select(i => $"d-{i}")] })).Error.Code);
        Assert.Equal("DryRunOperation", (await portal.RefusedAsync(new DescribeDisks { DryRun = true })).Error.Code);
    }

    [Fact]
    public async Task Attributes_change_where_they_are_given()
    {
        await portal.RunAsync(new ModifyDiskAttribute(small) { Description = "Now with words" });
        await portal.RunAsync(new ModifyDiskAttribute(small) { DiskName = "delta" });
        var disk = await portal.DiskAsync(small);
        Assert.Equal(("delta", "Now with words"), (disk.DiskName, disk.Description));
        Assert.Equal("NoAttributeToModify", (await portal.RefusedAsync(new ModifyDiskAttribute(small))).Error.Code);
        Assert.Equal("InvalidDiskId.NotFound", (await portal.RefusedAsync(new ModifyDiskAttribute("d-x") { DiskName = "delta" })).Error.Code);
        Assert.Equal("InvalidDiskName.Malformed", (await portal.RefusedAsync(new ModifyDiskAttribute(small) { DiskName = "x" })).Error.Code);
    }
}
