using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Tests.Snapshots;

public sealed class LocalSnapshotTests : IAsyncLifetime
{
    private static readonly byte[] Image = Images.Random(1, 1 << 20);
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync(settings: new() { ["Portal:Quotas:LocalSnapshotsPerDisk"] = "2", ["Portal:Quotas:ManualSnapshotsPerDisk"] = "2" });
        diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Image);
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<string> TakeAsync(string? name = null)
        => (await portal.RunAsync(new CreateSnapshot(diskId) { SnapshotName = name, Category = "Flash" })).SnapshotId;

    private async Task RefusedAsync<TResult>(IOperation<TResult> request, string code, int status)
        where TResult : class
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, status), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    private CreateDisk DiskOf(string snapshotId) => new("local-1", "local-1a") { SnapshotId = snapshotId, DiskCategory = "cloud_essd", PerformanceLevel = "PL0" };

    [Fact]
    public async Task It_is_accomplished_at_once_without_a_job_or_the_repository()
    {
        portal.Files.HoldAfter(0);
        var made = await portal.RunAsync(new CreateSnapshot(diskId) { InstantAccess = true });
        Assert.Null(made.JobId);
        var local = await portal.SnapshotAsync(made.SnapshotId);
        Assert.Equal((SnapshotStatus.Accomplished, "100%", "flash", true, true), (local.Status, local.Progress, local.Category, local.InstantAccess, local.Available));
        Assert.Equal(0, (await portal.RunAsync(new DescribeJobs())).TotalCount);
        Assert.Equal(1, (await portal.RunAsync(new DescribeSnapshots { Category = "Flash" })).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeSnapshots { Category = "Standard" })).TotalCount);
    }

    [Fact]
    public async Task Only_disks_of_category_cloud_essd_have_local_snapshots()
    {
        var auto = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_auto", Size = 1 })).DiskId;
        await portal.UploadAsync(auto, Image);
        await RefusedAsync(new CreateSnapshot(auto) { InstantAccess = true }, "DiskCategory.OperationNotSupported", 400);
    }

    [Fact]
    public async Task As_many_as_the_quota_are_kept_apart_from_the_normal_ones_and_deleting_one_makes_room_at_once()
    {
        var first = await TakeAsync();
        await TakeAsync();
        await RefusedAsync(new CreateSnapshot(diskId) { Category = "Flash" }, "QuotaExceed.Snapshot", 403);
        await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.RunAsync(new DeleteSnapshot(first));
        await TakeAsync();
    }

    [Fact]
    public async Task Normal_and_local_ones_are_two_chains()
    {
        var local = await portal.SnapshotAsync(await TakeAsync());
        var normal = await portal.SnapshotAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        Assert.NotEqual(local.SnapshotLinkId, normal.SnapshotLinkId);
        Assert.Equal(local.SnapshotLinkId, (await portal.SnapshotAsync(await TakeAsync())).SnapshotLinkId);
    }

    [Fact]
    public async Task Disk_made_from_it_lies_in_its_zone_is_of_the_ESSD_family_and_not_smaller()
    {
        var big = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 3 })).DiskId;
        await portal.UploadAsync(big, Image);
        var local = (await portal.RunAsync(new CreateSnapshot(big) { Category = "Flash" })).SnapshotId;
        await RefusedAsync(DiskOf(local) with { ZoneId = "local-1b" }, "OperationDenied.SnapshotNotAllowed", 403);
        await RefusedAsync(DiskOf(local) with { DiskCategory = "cloud", PerformanceLevel = null, Size = 5 }, "InvalidDiskCategory.ConflictSnapshotCategory", 400);
        await RefusedAsync(DiskOf(local) with { Size = 2 }, "InvalidDiskSize.TooSmall", 403);
        var made = await portal.RunAsync(DiskOf(local));
        Assert.Equal(3, (await portal.DiskAsync(made.DiskId)).Size);
        Assert.Equal(Image, await portal.ReadDiskAsync(made.DiskId, Image.Length));
    }

    [Fact]
    public async Task It_survives_the_release_of_its_disk_and_a_restart()
    {
        var local = await TakeAsync();
        await portal.RunAsync(new DeleteDisk(diskId));
        await portal.IdleAsync();
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        var made = await portal.RunAsync(DiskOf(local));
        Assert.Equal(Image, await portal.ReadDiskAsync(made.DiskId, Image.Length));
        await using var content = await portal.RunAsync(new OpenSnapshotContent(local));
        var read = new byte[Image.Length];
        content.Device.Read(0, read);
        Assert.Equal(Image, read);
    }

    [Fact]
    public async Task Deleted_one_leaves_the_pool()
    {
        await portal.RunAsync(new DeleteSnapshot(await TakeAsync()));
        await portal.IdleAsync();
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots);
        Assert.Equal(0, (await portal.RunAsync(new DescribeSnapshots())).TotalCount);
    }

    [Fact]
    public async Task Normal_one_is_made_of_it_under_the_same_id_and_the_pool_lets_it_go()
    {
        var normal = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        var local = await TakeAsync("kept");
        await portal.RunAsync(new ModifySnapshotAttribute(local) { DisableInstantAccess = true });
        var made = await portal.UntilAsync(() => portal.SnapshotAsync(local), snapshot => snapshot.Category == "standard");
        await portal.IdleAsync();
        Assert.Equal((SnapshotStatus.Accomplished, false, normal.SnapshotLinkId, false), (made.Status, made.InstantAccess, made.SnapshotLinkId, made.IsFull));
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots);
        var disk = await portal.RunAsync(DiskOf(local) with { ZoneId = "local-1b" });
        Assert.Equal(Image, await portal.ReadDiskAsync(disk.DiskId, Image.Length));
    }

    [Fact]
    public async Task While_a_normal_one_is_made_of_it_it_can_be_used_and_a_second_time_is_refused()
    {
        var local = await TakeAsync();
        portal.Files.HoldAfter(0);
        await portal.RunAsync(new ModifySnapshotAttribute(local) { DisableInstantAccess = true });
        await portal.Files.Held;
        var busy = await portal.SnapshotAsync(local);
        Assert.Equal((SnapshotStatus.Progressing, true, "flash"), (busy.Status, busy.Available, busy.Category));
        await RefusedAsync(new ModifySnapshotAttribute(local) { DisableInstantAccess = true }, "InvalidSnapshotId.NotReady", 400);
        var made = await portal.RunAsync(DiskOf(local));
        Assert.Equal(Image, await portal.ReadDiskAsync(made.DiskId, Image.Length));
    }

    [Fact]
    public async Task What_could_not_be_uploaded_or_was_cancelled_stays_the_local_one_it_was()
    {
        var local = await TakeAsync();
        portal.Files.Fault = EngineFault.Io;
        await portal.RunAsync(new ModifySnapshotAttribute(local) { DisableInstantAccess = true });
        var failed = await portal.UntilAsync(() => portal.SnapshotAsync(local), snapshot => snapshot.ErrorMessage is not null);
        Assert.Equal((SnapshotStatus.Accomplished, "flash"), (failed.Status, failed.Category));

        portal.Files.Fault = null;
        portal.Files.HoldAfter(0);
        await portal.RunAsync(new RetryJob(failed.JobId!));
        await portal.Files.Held;
        Assert.Equal(SnapshotStatus.Progressing, (await portal.SnapshotAsync(local)).Status);
        await portal.RunAsync(new CancelJob(failed.JobId!));
        portal.Files.Release();
        Assert.Equal(JobStatus.Cancelled, (await portal.EndedAsync(failed.JobId!)).Status);
        var kept = await portal.SnapshotAsync(local);
        Assert.Equal((SnapshotStatus.Accomplished, "flash"), (kept.Status, kept.Category));
        var made = await portal.RunAsync(DiskOf(local));
        Assert.Equal(Image, await portal.ReadDiskAsync(made.DiskId, Image.Length));
    }

    [Fact]
    public async Task First_normal_snapshot_of_a_disk_made_from_it_stores_only_what_no_stored_one_has()
    {
        await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        var made = await portal.RunAsync(DiskOf(await TakeAsync()));
        var disk = portal.Services.GetRequiredService<ZonePools>()["local-1a"].FindDisk(made.DiskId)!;
        disk.Write(0, Images.Random(2, 64 << 10));
        var snapshot = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(made.DiskId))).SnapshotId);
        Assert.Equal(false, snapshot.IsFull);
        Assert.InRange(snapshot.StoredBytes!.Value, 64 << 10, 128 << 10);
        var restored = await portal.RunAsync(DiskOf(snapshot.SnapshotId) with { ZoneId = "local-1b" });
        Assert.Equal(Image.With(0, Images.Random(2, 64 << 10)), await portal.ReadDiskAsync(restored.DiskId, Image.Length));
    }

    [Fact]
    public async Task It_becomes_a_normal_one_by_itself_once_its_days_have_passed()
    {
        var dated = (await portal.RunAsync(new CreateSnapshot(diskId) { InstantAccess = true, InstantAccessRetentionDays = 2 })).SnapshotId;
        var plain = await TakeAsync();
        var end = portal.Services.GetRequiredService<EndInstantAccess>();
        portal.Time.Shift = TimeSpan.FromDays(1.9);
        await end.RunAsync(CancellationToken.None);
        Assert.Null((await portal.SnapshotAsync(dated)).JobId);
        portal.Time.Shift = TimeSpan.FromDays(2.1);
        await end.RunAsync(CancellationToken.None);
        await portal.UntilAsync(() => portal.SnapshotAsync(dated), snapshot => snapshot is { Category: "standard", Status: SnapshotStatus.Accomplished });
        Assert.Equal("flash", (await portal.SnapshotAsync(plain)).Category);
    }
}
