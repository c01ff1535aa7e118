using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class ReInitDiskTests : IAsyncLifetime
{
    private static readonly byte[] Image = Images.Random(1, 64 << 10);
    private TestPortal portal = null!;
    private string instanceId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        instanceId = await portal.RunInstanceAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RefusedAsync<TResult>(IOperation<TResult> request, string code, int status)
        where TResult : class
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, status), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    /// <summary>A disk with other content than it was made with, attached to the stopped instance.</summary>
    private async Task<string> AttachedAsync(string? snapshotId)
    {
        var diskId = await portal.CreateDiskAsync(snapshotId);
        await portal.UploadAsync(diskId, Images.Random(2, 64 << 10));
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
        await portal.RunAsync(new StopInstance(instanceId));
        return diskId;
    }

    private async Task<string> SourceAsync()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Image);
        return (await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId)).SnapshotId;
    }

    [Fact]
    public async Task Disk_of_a_snapshot_gets_that_state_again_and_the_one_before_can_be_brought_back()
    {
        var diskId = await AttachedAsync(await SourceAsync());
        var done = await portal.RunAsync(new ReInitDisk(diskId));
        Assert.Equal(Image, await portal.ReadDiskAsync(diskId, Image.Length));
        Assert.Equal(DiskStatus.InUse, (await portal.DiskAsync(diskId)).Status);
        await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        Assert.Equal(Images.Random(2, 64 << 10), await portal.ReadDiskAsync(diskId, 64 << 10));
    }

    [Fact]
    public async Task Disk_that_was_made_empty_becomes_empty_and_the_instance_starts_when_asked()
    {
        var diskId = await AttachedAsync(null);
        await portal.RunAsync(new ReInitDisk(diskId) { AutoStartInstance = true });
        Assert.All(await portal.ReadDiskAsync(diskId, 64 << 10), each => Assert.Equal(0, each));
        Assert.Equal("Running", (await portal.InstanceAsync(instanceId)).Status);
    }

    [Fact]
    public async Task System_disk_gets_the_state_of_its_image_while_that_exists()
    {
        var imageId = await portal.CreateImageAsync(Image);
        var id = (await portal.RunAsync(new RunInstances("local-1") { ImageId = imageId, InstanceType = "ecs.t6-c1m1.large", SystemDisk = new() { Size = "1" } })).InstanceIdSets.Single();
        var disk = Assert.Single((await portal.RunAsync(new DescribeDisks { InstanceId = id })).Disks);
        await portal.RunAsync(new StopInstance(id));
        await portal.RunAsync(new ReInitDisk(disk.DiskId));
        Assert.Equal(Image, await portal.ReadDiskAsync(disk.DiskId, Image.Length));
        await portal.RunAsync(new DeleteImage(imageId, "local-1") { Force = true });
        await RefusedAsync(new ReInitDisk(disk.DiskId), "OperationDenied", 403);
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_the_code_of_ECS()
    {
        var source = await SourceAsync();
        await RefusedAsync(new ReInitDisk("d-unknown"), "InvalidDiskId.NotFound", 404);
        await RefusedAsync(new ReInitDisk(await portal.CreateDiskAsync()), "IncorrectDiskStatus", 403);
        var diskId = await AttachedAsync(source);
        await portal.RunAsync(new StartInstance(instanceId));
        await RefusedAsync(new ReInitDisk(diskId), "IncorrectInstanceStatus", 403);
        await portal.RunAsync(new StopInstance(instanceId));
        var local = (await portal.RunAsync(new CreateSnapshot(diskId) { InstantAccess = true })).SnapshotId;
        await RefusedAsync(new ReInitDisk(diskId), "DiskHasSnapshotsWithInstantAccessEnabled.OperationNotSupported", 400);
        await portal.RunAsync(new DeleteSnapshot(local));
        await portal.RunAsync(new DeleteSnapshot(source) { Force = true });
        await RefusedAsync(new ReInitDisk(diskId), "InvalidSourceSnapshot", 403);
    }

    [Fact]
    public async Task Disk_of_a_running_instance_is_not_rolled_back_but_that_of_a_stopped_one_is()
    {
        var diskId = await AttachedAsync(null);
        var local = (await portal.RunAsync(new CreateSnapshot(diskId) { InstantAccess = true })).SnapshotId;
        await portal.RunAsync(new StartInstance(instanceId));
        await RefusedAsync(new ResetDisk(diskId, local), "IncorrectInstanceStatus", 403);
        await portal.RunAsync(new StopInstance(instanceId));
        await portal.RunAsync(new ResetDisk(diskId, local));
        Assert.Equal(DiskStatus.InUse, (await portal.DiskAsync(diskId)).Status);
    }
}
