using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class AttachDiskTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string instanceId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        instanceId = await portal.RunInstanceAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RefusedAsync(AttachDisk request, string code, int status)
    {
        var error = (await portal.RefusedAsync(request)).Error;
        Assert.Equal((code, status), (error.Code, error.HttpStatus));
    }

    private async Task<DiskInfo> SystemDiskAsync() => (await portal.RunAsync(new DescribeDisks { InstanceId = instanceId, DiskType = "system" })).Disks.Single();

    [Fact]
    public async Task Attached_disk_is_in_use_until_it_is_detached()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
        var disk = await portal.DiskAsync(diskId);
        Assert.Equal(("In_use", instanceId, "/dev/xvdb", false, "Running"), (disk.Status, disk.InstanceId, disk.Device, disk.DeleteWithInstance, disk.InstanceStatus));
        Assert.NotNull(disk.AttachedTime);
        Assert.Equal(2, (await portal.InstanceAsync(instanceId)).DiskCount);

        await portal.RunAsync(new DetachDisk(diskId, instanceId));
        disk = await portal.DiskAsync(diskId);
        Assert.Equal(("Available", "", ""), (disk.Status, disk.InstanceId, disk.Device));
        Assert.NotNull(disk.DetachedTime);
    }

    [Fact]
    public async Task Disk_that_was_attached_once_can_be_snapshotted()
    {
        var diskId = await portal.CreateDiskAsync();
        Assert.Equal("IncorrectDiskStatus.NeverAttached", (await portal.RefusedAsync(new CreateSnapshot(diskId))).Error.Code);
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
        await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
    }

    [Fact]
    public async Task Attached_disk_is_neither_deleted_nor_uploaded_to_nor_attached_twice()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
        Assert.Equal("DiskStillAttached", (await portal.RefusedAsync(new DeleteDisk(diskId))).Error.Code);
        Assert.Equal("IncorrectDiskStatus", (await portal.RefusedAsync(new CreateDiskUpload(diskId, 4096))).Error.Code);
        await RefusedAsync(new(diskId, instanceId), "InvalidDisk.InUse", 404);
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused()
    {
        var diskId = await portal.CreateDiskAsync();
        await RefusedAsync(new("d-unknown", instanceId), "InvalidDiskId.NotFound", 404);
        await RefusedAsync(new(diskId, "i-unknown"), "InvalidInstanceId.NotFound", 404);
        await RefusedAsync(new(await portal.CreateDiskAsync(zone: "local-1b"), instanceId), "ResourcesNotInSameZone", 403);
        await RefusedAsync(new(diskId, instanceId) { Device = "/dev/xvda" }, "InvalidDevice.Malformed", 400);
        await RefusedAsync(new(diskId, instanceId) { Bootable = true }, "InvalidDisk.DiskNotBootable", 400);
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        await RefusedAsync(new(diskId, instanceId), "IncorrectDiskStatus", 403);
        await portal.RunAsync(new AbortDiskUpload(upload.UploadId));
        await portal.RunAsync(new AttachDisk(diskId, instanceId) { Device = "/dev/xvdf" });
        await RefusedAsync(new(await portal.CreateDiskAsync(), instanceId) { Device = "/dev/xvdf" }, "InvalidDevice.InUse", 403);
    }

    [Fact]
    public async Task Instance_takes_as_many_disks_as_its_type_says()
    {
        for (var i = 0; i < 16; i++) await portal.RunAsync(new AttachDisk(await portal.CreateDiskAsync(), instanceId));
        await RefusedAsync(new(await portal.CreateDiskAsync(), instanceId), "InstanceDiskLimitExceeded", 403);
    }

    [Fact]
    public async Task Detaching_names_the_instance_that_has_the_disk()
    {
        var diskId = await portal.CreateDiskAsync();
        Assert.Equal("InvalidDisk.AlreadyDetached", (await portal.RefusedAsync(new DetachDisk(diskId, instanceId))).Error.Code);
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
        Assert.Equal("DependencyViolation", (await portal.RefusedAsync(new DetachDisk(diskId, await portal.RunInstanceAsync()))).Error.Code);
    }

    [Fact]
    public async Task System_disk_comes_off_a_stopped_instance_only_and_boots_only_the_one_it_was_made_for()
    {
        var diskId = (await SystemDiskAsync()).DiskId;
        Assert.Equal("IncorrectInstanceStatus", (await portal.RefusedAsync(new DetachDisk(diskId, instanceId))).Error.Code);
        await portal.RunAsync(new StopInstance(instanceId));
        await portal.RunAsync(new DetachDisk(diskId, instanceId));
        Assert.Equal("InvalidInstance.NotFoundSystemDisk", (await portal.RefusedAsync(new StartInstance(instanceId))).Error.Code);

        var other = await portal.RunInstanceAsync();
        await RefusedAsync(new(diskId, other) { Bootable = true }, "InvalidInstance.NotOriginInstance", 400);
        await portal.RunAsync(new AttachDisk(diskId, other));
        Assert.Equal(("data", "/dev/xvdb"), ((await portal.DiskAsync(diskId)).Type, (await portal.DiskAsync(diskId)).Device));
        await portal.RunAsync(new DetachDisk(diskId, other));

        await portal.RunAsync(new AttachDisk(diskId, instanceId) { Bootable = true });
        Assert.Equal(("system", "/dev/xvda"), ((await portal.DiskAsync(diskId)).Type, (await portal.DiskAsync(diskId)).Device));
        await portal.RunAsync(new StartInstance(instanceId));
    }
}
