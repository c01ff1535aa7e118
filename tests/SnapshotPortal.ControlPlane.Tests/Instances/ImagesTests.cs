using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Instances;

public sealed class ImagesTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<ImageInfo> ImageAsync(string id) => (await portal.RunAsync(new DescribeImages { ImageId = id, Status = "ALL" })).Images.Single();

    private async Task RefusedAsync(CreateImage request, string code, string? parameter)
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, parameter), (refusal.Error.Code, refusal.Parameter));
    }

    private async Task<string> DataSnapshotAsync()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(2, 4096));
        var snapshotId = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.AccomplishedAsync(snapshotId);
        return snapshotId;
    }

    [Fact]
    public async Task There_is_a_public_image_in_every_region()
    {
        foreach (var region in (string[])["local-1", "local-2"])
        {
            var image = Assert.Single((await portal.RunAsync(new DescribeImages { RegionId = region })).Images);
            Assert.Equal(("system", "Available", "linux"), (image.ImageOwnerAlias, image.Status, image.OSType));
            Assert.Equal("ImageIsPublic", (await portal.RefusedAsync(new DeleteImage(image.ImageId, region))).Error.Code);
        }
    }

    [Fact]
    public async Task Image_of_a_system_snapshot_names_it_and_keeps_it_from_being_deleted()
    {
        var snapshotId = await portal.SystemSnapshotAsync(Images.Random(1, 4096));
        var imageId = (await portal.RunAsync(new CreateImage("local-1") { SnapshotId = snapshotId, ImageName = "golden", ImageFamily = "web" })).ImageId;
        var image = await ImageAsync(imageId);
        Assert.Equal(("Available", "100%", 1, "self", "x86_64", "none"), (image.Status, image.Progress, image.Size, image.ImageOwnerAlias, image.Architecture, image.Usage));
        Assert.Equal(("/dev/xvda", "system", snapshotId), (image.DiskDeviceMappings[0].Device, image.DiskDeviceMappings[0].Type, image.DiskDeviceMappings[0].SnapshotId));
        Assert.Equal(("image", "system", 1), ((await portal.SnapshotAsync(snapshotId)).Usage, (await portal.SnapshotAsync(snapshotId)).SourceDiskType, (await portal.SnapshotAsync(snapshotId)).CreatedImageCount));

        var refusal = (await portal.RefusedAsync(new DeleteSnapshot(snapshotId) { Force = true })).Error;
        Assert.Equal("SnapshotCreatedImage", refusal.Code);
        Assert.Contains("golden", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(imageId, refusal.Message, StringComparison.Ordinal);
        await portal.RunAsync(new DeleteImage(imageId, "local-1"));
        await portal.RunAsync(new DeleteSnapshot(snapshotId));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused()
    {
        var snapshotId = await portal.SystemSnapshotAsync(Images.Random(1, 4096));
        var request = new CreateImage("local-1") { SnapshotId = snapshotId, ImageName = "golden" };
        await RefusedAsync(request with { RegionId = "nowhere" }, "InvalidRegionId.NotFound", "RegionId");
        await RefusedAsync(request with { RegionId = "local-2" }, "InvalidSnapshotId.NotFound", "SnapshotId");
        await RefusedAsync(request with { SnapshotId = null }, "MissingParameter", "SnapshotId");
        await RefusedAsync(request with { SnapshotId = "s-unknown" }, "InvalidSnapshotId.NotFound", "SnapshotId");
        await RefusedAsync(request with { SnapshotId = await DataSnapshotAsync() }, "InvalidSystemSnapshot.Missing", "SnapshotId");
        await RefusedAsync(request with { ImageName = "aliyun-mine" }, "InvalidImageName.Malformed", "ImageName");
        await RefusedAsync(request with { ImageFamily = "1" }, "InvalidImageFamily.Malformed", "ImageFamily");
        await RefusedAsync(request with { Architecture = "vax" }, "InvalidArchitecture.Malformed", "Architecture");
        await RefusedAsync(request with { BootMode = "floppy" }, "InvalidBootMode.NotSupport", "BootMode");
        await portal.RunAsync(request);
        await RefusedAsync(request, "InvalidImageName.Duplicated", "ImageName");
    }

    [Fact]
    public async Task Image_of_several_snapshots_brings_its_data_disks_to_instances()
    {
        var system = await portal.SystemSnapshotAsync(Images.Random(1, 4096));
        var data = await DataSnapshotAsync();
        await RefusedAsync(new("local-1") { DiskDeviceMapping = [new() { SnapshotId = data }] }, "InvalidSystemSnapshot.Missing", "DiskDeviceMapping");
        await RefusedAsync(new("local-1") { DiskDeviceMapping = [new() { SnapshotId = system, DiskType = "data" }] }, "InvalidDiskType.ValueNotSupported", "DiskType");
        await RefusedAsync(new("local-1") { DiskDeviceMapping = [new() { SnapshotId = system, Size = 0 }] }, "InvalidSize.ValueNotSupported", "Size");
        var imageId = (await portal.RunAsync(new CreateImage("local-1") { DiskDeviceMapping = [new() { SnapshotId = data, Size = 2 }, new() { SnapshotId = system }, new() { Size = 3 }] })).ImageId;

        var id = (await portal.RunAsync(new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.g7.large", SystemDisk = new() { Size = "1" }, DataDisk = [new() { Size = 4, Device = "/dev/xvdc" }] })).InstanceIdSets.Single();
        var disks = (await portal.RunAsync(new DescribeDisks { InstanceId = id })).Disks.OrderBy(disk => disk.Device, StringComparer.Ordinal);
        Assert.Equal([("/dev/xvda", 1, system), ("/dev/xvdb", 2, data), ("/dev/xvdc", 4, "")], disks.Select(disk => (disk.Device, disk.Size, disk.SourceSnapshotId)));
    }

    [Fact]
    public async Task Image_of_an_instance_is_made_once_its_disks_are_stored()
    {
        var instanceId = await portal.RunInstanceAsync();
        portal.Files.HoldAfter(0);
        var imageId = (await portal.RunAsync(new CreateImage("local-1") { InstanceId = instanceId })).ImageId;
        await portal.Files.Held;
        Assert.Equal("Creating", (await ImageAsync(imageId)).Status);
        Assert.Equal("IncorrectImageStatus", (await portal.RefusedAsync(new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.g7.large" })).Error.Code);
        portal.Files.Release();
        await portal.UntilAsync(() => ImageAsync(imageId), image => image.Status == "Available", image => image.Status == "CreateFailed");
    }

    [Fact]
    public async Task Withdrawn_image_makes_no_more_instances_until_it_is_brought_back()
    {
        var imageId = await portal.CreateImageAsync(Images.Random(1, 4096));
        var run = new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.g7.large", SystemDisk = new() { Size = "1" } };
        await portal.RunAsync(new ModifyImageAttribute(imageId, "local-1") { Status = "Deprecated", ImageName = "old" });
        Assert.Equal(("Deprecated", "old"), ((await ImageAsync(imageId)).Status, (await ImageAsync(imageId)).ImageName));
        Assert.DoesNotContain((await portal.RunAsync(new DescribeImages())).Images, image => image.ImageId == imageId);
        Assert.Equal("IncorrectImageStatus", (await portal.RefusedAsync(run)).Error.Code);
        Assert.Equal("ImageStatus.NotAvailable", (await portal.RefusedAsync(new ModifyImageAttribute(imageId, "local-1") { Status = "Deprecated" })).Error.Code);
        await portal.RunAsync(new ModifyImageAttribute(imageId, "local-1") { Status = "Available" });
        await portal.RunAsync(run);
    }

    [Fact]
    public async Task Image_that_instances_use_is_deleted_by_force_only()
    {
        var imageId = await portal.CreateImageAsync(Images.Random(1, 4096));
        await portal.RunAsync(new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.g7.large", SystemDisk = new() { Size = "1" } });
        Assert.Equal(("instance", 1), ((await ImageAsync(imageId)).Usage, (await ImageAsync(imageId)).InstanceCount));
        Assert.Equal("ImageUsingByInstance", (await portal.RefusedAsync(new DeleteImage(imageId, "local-1"))).Error.Code);
        await portal.RunAsync(new DeleteImage(imageId, "local-1") { Force = true });
        await portal.RunAsync(new DeleteImage(imageId, "local-1"));
        Assert.Equal(1, (await portal.RunAsync(new DescribeInstances())).TotalCount);
    }

    [Fact]
    public async Task Images_of_another_account_do_not_exist()
    {
        var imageId = await portal.CreateImageAsync(Images.Random(1, 4096));
        var stranger = await portal.AddStrangerAsync();
        Assert.DoesNotContain((await portal.RunAsync(new DescribeImages { Status = "ALL" }, stranger)).Images, image => image.ImageId == imageId);
        Assert.Equal("InvalidImageId.NotFound", (await portal.RefusedAsync(new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.g7.large" }, stranger)).Error.Code);
        Assert.Equal("InvalidImageId.NotFound", (await portal.RefusedAsync(new ModifyImageAttribute(imageId, "local-1") { ImageName = "mine" }, stranger)).Error.Code);
        await portal.RunAsync(new DeleteImage(imageId, "local-1"), stranger);
        Assert.Equal("Available", (await ImageAsync(imageId)).Status);
    }

    [Theory]
    [InlineData("Status", "InvalidStatus.ValueNotSupported")]
    [InlineData("ImageOwnerAlias", "InvalidImageOwnerAlias.ValueNotSupported")]
    [InlineData("OSType", "InvalidOSType")]
    [InlineData("Architecture", "InvalidArchitecture")]
    [InlineData("Usage", "InvalidUsage")]
    public async Task Unknown_value_of_a_filter_is_refused(string filter, string code)
    {
        var request = new DescribeImages
        {
            Status = filter == "Status" ? "Broken" : null,
            ImageOwnerAlias = filter == "ImageOwnerAlias" ? "nobody" : null,
            OSType = filter == "OSType" ? "dos" : null,
            Architecture = filter == "Architecture" ? "vax" : null,
            Usage = filter == "Usage" ? "much" : null,
        };
        Assert.Equal(code, (await portal.RefusedAsync(request)).Error.Code);
    }
}
