using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class DeleteDiskTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Deleted_disk_is_gone_for_everybody_at_once_and_soon_from_the_pool()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
        await portal.RunAsync(new DeleteDisk(diskId));
        Assert.Equal(0, (await portal.RunAsync(new DescribeDisks())).TotalCount);
        await portal.IdleAsync();
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Disks);
    }

    [Fact]
    public async Task Unknown_disk_is_deleted_already() => await portal.RunAsync(new DeleteDisk("d-unknown"));

    [Fact]
    public async Task Disk_is_kept_while_an_image_is_uploaded_to_it()
    {
        var diskId = await portal.CreateDiskAsync();
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        Assert.Equal("IncorrectDiskStatus", (await portal.RefusedAsync(new DeleteDisk(diskId))).Error.Code);
        await portal.RunAsync(new AbortDiskUpload(upload.UploadId));
        await portal.RunAsync(new DeleteDisk(diskId));
    }

    [Fact]
    public async Task Disk_is_kept_while_a_snapshot_of_it_is_made_and_its_snapshots_stay_afterwards()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
        portal.Files.HoldAfter(0);
        var snapshotId = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.Files.Held;
        Assert.Equal("DiskCreatingSnapshot", (await portal.RefusedAsync(new DeleteDisk(diskId))).Error.Code);
        portal.Files.Release();
        await portal.AccomplishedAsync(snapshotId);
        await portal.RunAsync(new DeleteDisk(diskId));
        await portal.IdleAsync();
        Assert.Equal((diskId, null), ((await portal.SnapshotAsync(snapshotId)).SourceDiskId, (await portal.SnapshotAsync(snapshotId)).SourceDiskName));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Automatic_snapshots_go_with_the_disk_only_where_it_says_so_and_manual_ones_never(bool deleteAutoSnapshot, int left)
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
        await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId) { PolicyId = "sp-any" })).SnapshotId);
        var manual = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        await portal.RunAsync(new ModifyDiskAttribute(diskId) { DeleteAutoSnapshot = deleteAutoSnapshot, DiskName = "web" });
        await portal.RunAsync(new DeleteDisk(diskId));
        var snapshots = (await portal.RunAsync(new DescribeSnapshots())).Snapshots;
        Assert.Equal(left, snapshots.Count);
        Assert.Contains(snapshots, snapshot => snapshot.SnapshotId == manual.SnapshotId);
    }
}
