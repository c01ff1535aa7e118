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
}
