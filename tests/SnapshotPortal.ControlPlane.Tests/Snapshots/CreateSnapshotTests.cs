using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Snapshots;

public sealed class CreateSnapshotTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync(settings: new() { ["Portal:Quotas:ManualSnapshotsPerDisk"] = "2" });
        diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RefusedAsync(CreateSnapshot request, string code, int status)
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, status), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_the_code_of_ECS()
    {
        var request = new CreateSnapshot(diskId);
        await RefusedAsync(new(""), "MissingParameter", 400);
        await RefusedAsync(new("d-unknown"), "InvalidDiskId.NotFound", 404);
        await RefusedAsync(request with { SnapshotName = "auto-1" }, "InvalidSnapshotName.Malformed", 400);
        await RefusedAsync(request with { Description = "x" }, "InvalidDescription.Malformed", 404);
        await RefusedAsync(request with { RetentionDays = 0 }, "InvalidRetentionDays.Malformed", 400);
        await RefusedAsync(request with { RetentionDays = 65537 }, "InvalidRetentionDays.Malformed", 400);
        await RefusedAsync(request with { Category = "Standard", InstantAccess = false }, "InvalidCategoryAndInstantAccess.Malformed", 403);
        await RefusedAsync(request with { Category = "archive" }, "InvalidSnapshotCategory.Malformed", 403);
        await RefusedAsync(request with { InstantAccessRetentionDays = 1 }, "InvalidInstantAccessRetentionDays.Malformed", 403);
        Assert.Equal(0, (await portal.RunAsync(new DescribeSnapshots())).TotalCount);
    }

    [Fact]
    public async Task Disk_that_was_never_used_has_nothing_to_snapshot()
        => await RefusedAsync(new(await portal.CreateDiskAsync()), "IncorrectDiskStatus.NeverAttached", 403);

    [Fact]
    public async Task Quota_of_the_disk_counts_what_is_not_deleted()
    {
        var first = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.RunAsync(new CreateSnapshot(diskId));
        await RefusedAsync(new(diskId), "QuotaExceed.Snapshot", 403);
        await portal.RunAsync(new DeleteSnapshot(first));
        await portal.RunAsync(new CreateSnapshot(diskId));
    }

    [Fact]
    public async Task Basic_disk_takes_one_snapshot_at_a_time()
    {
        var basic = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { Size = 5 })).DiskId;
        await portal.UploadAsync(basic, Images.Random(1, 4096));
        portal.Files.HoldAfter(0);
        var first = (await portal.RunAsync(new CreateSnapshot(basic))).SnapshotId;
        await RefusedAsync(new(basic), "IncorrectDiskStatus.CreatingSnapshot", 403);
        Assert.False((await portal.SnapshotAsync(first)).Available);
        portal.Files.Release();
        await portal.AccomplishedAsync(first);
        await portal.RunAsync(new CreateSnapshot(basic));
    }

    [Fact]
    public async Task Attributes_change_and_retention_only_grows()
    {
        var id = (await portal.RunAsync(new CreateSnapshot(diskId) { SnapshotName = "before", RetentionDays = 7 })).SnapshotId;
        await portal.RunAsync(new ModifySnapshotAttribute(id) { SnapshotName = "after", Description = "", RetentionDays = 8 });
        var snapshot = await portal.SnapshotAsync(id);
        Assert.Equal(("after", "", 8), (snapshot.SnapshotName, snapshot.Description, snapshot.RetentionDays));
        Assert.Equal("InvalidOperation.DecreaseRetentionDaysUnsupported", (await portal.RefusedAsync(new ModifySnapshotAttribute(id) { RetentionDays = 7 })).Error.Code);
        Assert.Equal("NoAttributeToModify", (await portal.RefusedAsync(new ModifySnapshotAttribute(id))).Error.Code);
        Assert.Equal("InvalidSnapshotId.NotFound", (await portal.RefusedAsync(new ModifySnapshotAttribute("s-x") { SnapshotName = "after" })).Error.Code);
    }

    [Fact]
    public async Task Filters_of_the_list_are_anded()
    {
        var id = (await portal.RunAsync(new CreateSnapshot(diskId) { SnapshotName = "nightly" })).SnapshotId;
        await portal.AccomplishedAsync(id);
        async Task<int> CountAsync(DescribeSnapshots request) => (await portal.RunAsync(request)).TotalCount;
        Assert.Equal(1, await CountAsync(new() { RegionId = "local-1", DiskId = diskId, Status = "accomplished", SnapshotType = "user", Category = "Standard", Usage = "none" }));
        Assert.Equal(0, await CountAsync(new() { RegionId = "local-2" }));
        Assert.Equal(0, await CountAsync(new() { Status = "progressing" }));
        Assert.Equal(0, await CountAsync(new() { SnapshotType = "auto" }));
        Assert.Equal(0, await CountAsync(new() { Usage = "disk" }));
        Assert.Equal(1, await CountAsync(new() { Search = "IGHT" }));
        Assert.Equal("InvalidStatus.NotFound", (await portal.RefusedAsync(new DescribeSnapshots { Status = "done" })).Error.Code);
        Assert.Equal("InvalidUsage", (await portal.RefusedAsync(new DescribeSnapshots { Usage = "none!" })).Error.Code);
        Assert.Equal(1, (await portal.RunAsync(new DescribeSnapshotsUsage())).SnapshotCount);
        Assert.Equal((await portal.SnapshotAsync(id)).StoredBytes, (await portal.RunAsync(new DescribeSnapshotsUsage { RegionId = "local-1" })).SnapshotSize);
    }
}
