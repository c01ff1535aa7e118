using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class ResizeDiskTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RefusedAsync(ResizeDisk request, string code, int status)
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, status), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    [Fact]
    public async Task Enlarged_disk_keeps_its_content_and_reads_as_zeroes_behind_it()
    {
        await portal.RunAsync(new ResizeDisk(diskId, 3));
        Assert.Equal(3, (await portal.DiskAsync(diskId)).Size);
        await using var content = await portal.RunAsync(new OpenDiskContent(diskId));
        var bytes = new byte[4096];
        content.Device.Read(0, bytes);
        Assert.Equal(Images.Random(1, 4096), bytes);
        content.Device.Read((3L << 30) - 4096, bytes);
        Assert.True(bytes.All(each => each == 0));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_the_code_of_ECS()
    {
        await RefusedAsync(new("d-unknown", 2), "InvalidDiskId.NotFound", 404);
        await RefusedAsync(new(diskId, 1), "InvalidDiskSize.TooSmall", 403);
        await RefusedAsync(new(diskId, 65537), "InvalidDiskSize.TooLarge", 403);
        await RefusedAsync(new(diskId, 2) { Type = "later" }, "InvalidParam.Type", 400);
        portal.Files.HoldAfter(0);
        var snapshot = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await RefusedAsync(new(diskId, 2), "DiskCreatingSnapshot", 403);
        portal.Files.Release();
        await portal.AccomplishedAsync(snapshot);
    }

    [Fact]
    public async Task Size_that_a_kill_kept_from_the_row_is_taken_over_by_the_start()
    {
        portal.Services.GetRequiredService<ZonePools>()["local-1a"].ResizeDisk(diskId, 2L << 30);
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        Assert.Equal(2, (await portal.DiskAsync(diskId)).Size);
    }
}
