using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Snapshots;

public sealed class DeleteSnapshotTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 1 << 20));
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Unknown_snapshot_is_deleted_already() => await portal.RunAsync(new DeleteSnapshot("s-unknown"));

    [Fact]
    public async Task Deleted_snapshot_gives_its_space_back()
    {
        var id = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.AccomplishedAsync(id);
        await portal.RunAsync(new DeleteSnapshot(id));
        Assert.Equal(0, (await portal.RunAsync(new DescribeSnapshots())).TotalCount);
        await portal.IdleAsync();
        Assert.Null(await portal.Services.GetRequiredService<RegionRepositories>()["local-1"].FindAsync(id, CancellationToken.None));
        var left = new DirectoryInfo(Path.Combine(portal.DataPath, "repositories", "local-1")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.InRange(left, 0, 16 << 10);
    }

    [Fact]
    public async Task Snapshot_that_disks_were_made_from_needs_force_and_they_keep_their_data()
    {
        var id = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.AccomplishedAsync(id);
        var made = await portal.CreateDiskAsync(id);
        await portal.AvailableAsync(made);
        Assert.Equal((1, "disk"), ((await portal.SnapshotAsync(id)).CreatedDiskCount, (await portal.SnapshotAsync(id)).Usage));
        Assert.Equal("SnapshotCreatedDisk", (await portal.RefusedAsync(new DeleteSnapshot(id))).Error.Code);
        await portal.RunAsync(new DeleteSnapshot(id) { Force = true });
        await portal.IdleAsync();
        Assert.Equal(Images.Random(1, 1 << 20), await portal.ReadDiskAsync(made, 1 << 20));
    }

    [Fact]
    public async Task Snapshot_in_progress_is_cancelled_and_leaves_nothing()
    {
        portal.Files.HoldAfter(0);
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        await portal.RunAsync(new DeleteSnapshot(created.SnapshotId));
        Assert.Equal(0, (await portal.RunAsync(new DescribeSnapshots())).TotalCount);
        portal.Files.Release();
        Assert.Equal(JobStatus.Cancelled, (await portal.EndedAsync(created.JobId!)).Status);
        await portal.IdleAsync();
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots);
        Assert.Null(await portal.Services.GetRequiredService<RegionRepositories>()["local-1"].FindAsync(created.SnapshotId, CancellationToken.None));
    }
}
