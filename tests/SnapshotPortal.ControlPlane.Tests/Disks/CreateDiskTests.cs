using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class CreateDiskTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    private static CreateDisk Request => new("local-1", "local-1a") { Size = 20 };

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RefusedAsync(CreateDisk request, string code, string parameter)
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, parameter), (refusal.Error.Code, refusal.Parameter));
        Assert.Equal(0, (await portal.RunAsync(new DescribeDisks())).TotalCount);
    }

    [Fact]
    public async Task Empty_disk_is_available_at_once_and_reads_as_zeroes()
    {
        var diskId = (await portal.RunAsync(Request with { DiskName = "data-1", Description = "For tests" })).DiskId;
        var disk = await portal.DiskAsync(diskId);
        Assert.Equal(("Available", "data-1", 20, "cloud", "data"), (disk.Status, disk.DiskName, disk.Size, disk.Category, disk.Type));
        Assert.Matches("^d-[a-z0-9]{20}$", diskId);
        Assert.All(await portal.ReadDiskAsync(diskId, 8192), each => Assert.Equal(0, each));
    }

    [Theory]
    [InlineData(null, null, 4, false)]
    [InlineData(null, null, 5, true)]
    [InlineData(null, null, 2001, false)]
    [InlineData("cloud_ssd", "PL1", 20, true)]
    [InlineData("cloud_efficiency", null, 32769, false)]
    [InlineData("cloud_essd", "PL0", 1, true)]
    [InlineData("cloud_essd", null, 19, false)]
    [InlineData("cloud_essd", "PL2", 460, false)]
    [InlineData("cloud_essd", "PL3", 1261, true)]
    [InlineData("cloud_auto", null, 65536, true)]
    [InlineData("cloud_auto", null, 65537, false)]
    [InlineData("cloud_auto", null, -1, false)]
    public async Task Size_has_to_be_in_the_range_of_its_category(string? category, string? level, int size, bool accepted)
    {
        var request = Request with { DiskCategory = category, PerformanceLevel = level, Size = size };
        if (accepted) await portal.RunAsync(request);
        else await RefusedAsync(request, "InvalidDiskSize.NotSupported", "Size");
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_and_leaves_no_disk()
    {
        await RefusedAsync(Request with { RegionId = "nowhere" }, "InvalidRegionId.NotFound", "RegionId");
        await RefusedAsync(Request with { ZoneId = "local-2a" }, "InvalidZoneId.NotFound", "ZoneId");
        await RefusedAsync(Request with { DiskName = "1st" }, "InvalidDiskName.Malformed", "DiskName");
        await RefusedAsync(Request with { Description = "x" }, "InvalidDescription.Malformed", "Description");
        await RefusedAsync(Request with { DiskCategory = "floppy" }, "InvalidDiskCategory.NotSupported", "DiskCategory");
        await RefusedAsync(Request with { DiskCategory = "cloud_essd", PerformanceLevel = "PL9" }, "InvalidPerformanceLevel.Malformed", "PerformanceLevel");
        await RefusedAsync(Request with { DiskCategory = "cloud", PerformanceLevel = "PL3" }, "InvalidPerformanceLevel.ValueNotSupported", "PerformanceLevel");
        await RefusedAsync(Request with { Size = null }, "MissingParameter", "Size");
        await RefusedAsync(Request with { Encrypted = true }, "InvalidParameter.EncryptedNotSupported", "Encrypted");
        await RefusedAsync(Request with { SnapshotId = "s-unknown" }, "InvalidSnapshotId.NotFound", "SnapshotId");
    }
}
