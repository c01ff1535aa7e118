using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Tests.Instances;

public sealed class RunInstancesTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<RunInstances> BlankAsync() => new("local-1")
    {
        ImageId = (await portal.RunAsync(new DescribeImages { RegionId = "local-1", ImageOwnerAlias = "system" })).Images[0].ImageId,
        InstanceType = "ecs.g7.large",
    };

    private async Task RefusedAsync(RunInstances request, string code, string parameter)
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, parameter), (refusal.Error.Code, refusal.Parameter));
        Assert.Equal(0, (await portal.RunAsync(new DescribeInstances())).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeDisks())).TotalCount);
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Disks);
    }

    [Fact]
    public async Task Instance_of_the_public_image_runs_with_an_empty_system_disk_that_goes_with_it()
    {
        var id = (await portal.RunAsync(await BlankAsync())).InstanceIdSets.Single();
        var instance = await portal.InstanceAsync(id);
        Assert.Equal(("Running", "local-1a", "ecs.g7", 2, 8192, 1, id), (instance.Status, instance.ZoneId, instance.InstanceTypeFamily, instance.Cpu, instance.Memory, instance.DiskCount, instance.InstanceName));
        Assert.NotNull(instance.StartTime);
        var disk = Assert.Single((await portal.RunAsync(new DescribeDisks { InstanceId = id })).Disks);
        Assert.Equal(("system", "In_use", "/dev/xvda", 40, "cloud_essd", true, instance.ImageId), (disk.Type, disk.Status, disk.Device, disk.Size, disk.Category, disk.DeleteWithInstance, disk.ImageId));
        Assert.Matches("^i-[a-z0-9]{20}$", id);
    }

    [Fact]
    public async Task Instance_of_a_custom_image_begins_with_the_image_s_content()
    {
        var content = Images.Random(1, 64 * 1024);
        var imageId = await portal.CreateImageAsync(content);
        var id = (await portal.RunAsync(new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.t6-c1m1.large", SystemDisk = new() { Size = "1" } })).InstanceIdSets.Single();
        var disk = Assert.Single((await portal.RunAsync(new DescribeDisks { InstanceId = id, DiskType = "system" })).Disks);
        Assert.Equal((1, imageId), (disk.Size, disk.ImageId));
        Assert.Equal(content, await portal.ReadDiskAsync(disk.DiskId, content.Length));
    }

    [Fact]
    public async Task Data_disks_get_devices_in_order_unless_they_ask_for_one()
    {
        var id = (await portal.RunAsync(await BlankAsync() with
        {
            DataDisk =
            [
                new() { Size = 20, DiskName = "first" },
                new() { Size = 5, Device = "/dev/xvdc", DiskName = "second", DeleteWithInstance = false },
                new() { Size = 20, Category = "cloud_ssd", DiskName = "third" },
            ],
        })).InstanceIdSets.Single();
        var disks = (await portal.RunAsync(new DescribeDisks { InstanceId = id, DiskType = "data" })).Disks.OrderBy(disk => disk.Device, StringComparer.Ordinal).ToList();
        Assert.Equal([("first", "/dev/xvdb", true), ("second", "/dev/xvdc", false), ("third", "/dev/xvdd", true)], disks.Select(disk => (disk.DiskName, disk.Device, disk.DeleteWithInstance)));
        Assert.Equal(("cloud_essd", "PL0", "cloud_ssd"), (disks[1].Category, disks[1].PerformanceLevel, disks[2].Category));
    }

    [Fact]
    public async Task Several_instances_are_numbered_as_their_name_says()
    {
        Assert.Equal(2, (await portal.RunAsync(await BlankAsync() with { Amount = 2, InstanceName = "web-[7,3]-a" })).InstanceIdSets.Count);
        Assert.Equal(2, (await portal.RunAsync(await BlankAsync() with { Amount = 2, InstanceName = "db", UniqueSuffix = true })).InstanceIdSets.Count);
        var names = (await portal.RunAsync(new DescribeInstances { Order = InstanceOrder.Name })).Instances.Select(instance => instance.InstanceName);
        Assert.Equal(["db001", "db002", "web-007-a", "web-008-a"], names);
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_and_leaves_neither_instance_nor_disk()
    {
        var request = await BlankAsync();
        await RefusedAsync(request with { RegionId = "nowhere" }, "InvalidRegionId.NotFound", "RegionId");
        await RefusedAsync(request with { ZoneId = "local-2a" }, "InvalidZoneId.NotFound", "ZoneId");
        await RefusedAsync(request with { ImageId = null }, "MissingParameter", "ImageId");
        await RefusedAsync(request with { ImageId = "m-unknown" }, "InvalidImageId.NotFound", "ImageId");
        await RefusedAsync(request with { ImageFamily = "blank" }, "UnexpectedImageFamily.ImageIdSupplied", "ImageFamily");
        await RefusedAsync(request with { ImageId = null, ImageFamily = "unknown" }, "InvalidImageFamily.MissingAvailableImage", "ImageFamily");
        await RefusedAsync(request with { InstanceType = null }, "MissingParameter", "InstanceType");
        await RefusedAsync(request with { InstanceType = "ecs.huge" }, "InvalidInstanceType.ValueNotSupported", "InstanceType");
        await RefusedAsync(request with { Amount = 101 }, "InvalidParam.Amount", "Amount");
        await RefusedAsync(request with { MinAmount = 2 }, "InvalidMinAmount.Malformed", "MinAmount");
        await RefusedAsync(request with { InstanceName = "1st" }, "InvalidInstanceName.Malformed", "InstanceName");
        await RefusedAsync(request with { InstanceName = "web[1,9]" }, "InvalidInstanceName.CustomMalformed", "InstanceName");
        await RefusedAsync(request with { HostName = "-" }, "InvalidHostName.Malformed", "HostName");
        await RefusedAsync(request with { SystemDisk = new() { Size = "19" } }, "InvalidSystemDiskSize.LessThanImageSize", "SystemDisk.Size");
        await RefusedAsync(request with { SystemDisk = new() { Size = "2049" } }, "InvalidSystemDiskSize.ValueNotSupported", "SystemDisk.Size");
        await RefusedAsync(request with { SystemDisk = new() { Size = "forty" } }, "InvalidSystemDiskSize.ValueNotSupported", "SystemDisk.Size");
        await RefusedAsync(request with { SystemDisk = new() { Category = "cloud_regional_disk_auto" } }, "InvalidSystemDiskCategory.ValueNotSupported", "SystemDisk.Category");
        await RefusedAsync(request with { DataDisk = [new() { Size = 20 }, new() { Size = 0 }] }, "InvalidDiskSize.NotSupported", "DataDisk.2.Size");
        await RefusedAsync(request with { DataDisk = [new() { Size = 20, Device = "/dev/sda" }] }, "InvalidDevice.Malformed", "DataDisk.1.Device");
        await RefusedAsync(request with { DataDisk = [.. Enumerable.Repeat(new DataDiskRequest { Size = 20 }, 17)] }, "InstanceDiskNumLimitExceed", "DataDisk");
        await RefusedAsync(request with { Tag = [new("acs:x", "")] }, "InvalidTagKey.Malformed", "Tag");
        await RefusedAsync(request with { DryRun = true }, "DryRunOperation", null!);
    }

    [Fact]
    public async Task Instance_that_is_only_created_is_stopped_until_it_is_started()
    {
        var blank = await BlankAsync();
        var id = (await portal.RunAsync(new CreateInstance("local-1", "ecs.c7.large") { ImageId = blank.ImageId, InstanceName = "web", Tag = [new("team", "red")] })).InstanceId;
        Assert.Equal(("Stopped", null, "KeepCharging"), ((await portal.InstanceAsync(id)).Status, (await portal.InstanceAsync(id)).StartTime, (await portal.InstanceAsync(id)).StoppedMode));
        await portal.RunAsync(new StartInstance(id));
        Assert.Equal("Running", (await portal.InstanceAsync(id)).Status);
        Assert.Equal(new TagInfo("team", "red"), (await portal.RunAsync(new DescribeInstances { Tag = [new("team", null)] })).Instances.Single().Tags.Single());
    }

    [Fact]
    public async Task Repeated_request_with_the_same_token_makes_one_instance()
    {
        var request = await BlankAsync() with { ClientToken = "once" };
        Assert.Equal((await portal.RunAsync(request)).InstanceIdSets, (await portal.RunAsync(request)).InstanceIdSets);
        Assert.Equal(1, (await portal.RunAsync(new DescribeInstances())).TotalCount);
    }
}
