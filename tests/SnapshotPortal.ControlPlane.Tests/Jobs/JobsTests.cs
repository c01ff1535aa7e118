using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Tests.Jobs;

public sealed class JobsTests : IAsyncLifetime
{
    private static readonly byte[] Image = Images.Random(1, 40 << 20);
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Image);
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RestoresAsync(string snapshotId)
    {
        var restored = await portal.CreateDiskAsync(snapshotId, "local-1b");
        await portal.AvailableAsync(restored);
        Assert.Equal(Image, await portal.ReadDiskAsync(restored, Image.Length));
    }

    [Fact]
    public async Task Full_file_system_fails_the_job_with_its_reason_and_it_can_be_tried_again()
    {
        portal.Files.Fault = EngineFault.Full;
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        var failed = await portal.EndedAsync(created.JobId!);
        Assert.Equal((JobStatus.Failed, "StorageFull", true, false), (failed.Status, failed.ErrorCode, failed.CanRetry, failed.CanCancel));
        var snapshot = await portal.SnapshotAsync(created.SnapshotId);
        Assert.Equal((SnapshotStatus.Failed, failed.ErrorMessage), (snapshot.Status, snapshot.ErrorMessage));

        portal.Files.Fault = null;
        await portal.RunAsync(new RetryJob(created.JobId!));
        await portal.AccomplishedAsync(created.SnapshotId);
        await RestoresAsync(created.SnapshotId);
    }

    [Fact]
    public async Task Store_that_does_not_answer_is_tried_again_by_itself()
    {
        portal.Files.Fault = EngineFault.StoreUnavailable;
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        var waiting = await portal.UntilAsync(() => portal.JobAsync(created.JobId!), job => job is { Status: JobStatus.Queued, Attempts: > 0 });
        Assert.Equal(("ServiceUnavailable", false), (waiting.ErrorCode, waiting.CanRetry));
        portal.Files.Fault = null;
        await portal.AccomplishedAsync(created.SnapshotId);
        Assert.InRange((await portal.EndedAsync(created.JobId!)).Attempts, 2, 8);
    }

    [Fact]
    public async Task Cancelled_upload_fails_its_snapshot_and_cannot_be_tried_again()
    {
        portal.Files.HoldAfter(0);
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        await portal.RunAsync(new CancelJob(created.JobId!));
        portal.Files.Release();
        Assert.Equal(JobStatus.Cancelled, (await portal.EndedAsync(created.JobId!)).Status);
        Assert.Equal(SnapshotStatus.Failed, (await portal.SnapshotAsync(created.SnapshotId)).Status);
        Assert.Equal("InvalidTaskId.IncorrectTaskStatus", (await portal.RefusedAsync(new RetryJob(created.JobId!))).Error.Code);
        Assert.Equal("InvalidTaskId.IncorrectTaskStatus", (await portal.RefusedAsync(new CancelJob(created.JobId!))).Error.Code);
        Assert.Equal("InvalidTaskId.NotFound", (await portal.RefusedAsync(new CancelJob("t-unknown"))).Error.Code);
        await portal.RunAsync(new DeleteSnapshot(created.SnapshotId));
    }

    [Fact]
    public async Task Job_that_waits_behind_another_is_cancelled_at_once()
    {
        portal.Files.HoldAfter(0);
        var first = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        var second = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.RunAsync(new CancelJob(second.JobId!));
        Assert.Equal(JobStatus.Cancelled, (await portal.JobAsync(second.JobId!)).Status);
        portal.Files.Release();
        await portal.AccomplishedAsync(first.SnapshotId);
    }

    [Fact]
    public async Task Progress_is_told_while_the_job_runs()
    {
        portal.Files.HoldAfter(1);
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        var running = await portal.UntilAsync(() => portal.JobAsync(created.JobId!), job => job.Percent > 0);
        Assert.Equal((JobStatus.Running, (long)Image.Length, true), (running.Status, running.BytesTotal, running.CanCancel));
        Assert.InRange(running.Percent, 1, 99);
        Assert.Equal($"{running.Percent}%", (await portal.SnapshotAsync(created.SnapshotId)).Progress);
        portal.Files.Release();
        await portal.AccomplishedAsync(created.SnapshotId);
        Assert.Equal(100, (await portal.EndedAsync(created.JobId!)).Percent);
    }

    [Fact]
    public async Task Job_goes_on_after_the_portal_was_stopped()
    {
        portal.Files.HoldAfter(1);
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        await portal.AccomplishedAsync(created.SnapshotId);
        await RestoresAsync(created.SnapshotId);
    }

    [Fact]
    public async Task Job_goes_on_after_a_kill_in_its_middle()
    {
        portal.Files.HoldAfter(1);
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        await portal.UntilAsync(() => portal.JobAsync(created.JobId!), job => job.Percent > 0);

        // What a killed process leaves is what its files hold at that moment: no stop, no checkpoint, rows that say "running".
        var left = Directory.CreateTempSubdirectory("portal-killed-").FullName;
        using (var copy = Process.Start("cp", ["-a", $"{portal.DataPath}/.", left])) await copy.WaitForExitAsync();
        await portal.DisposeAsync();
        portal = await TestPortal.StartAsync(left);
        await portal.AccomplishedAsync(created.SnapshotId);
        Assert.Equal(JobStatus.Finished, (await portal.EndedAsync(created.JobId!)).Status);
        await RestoresAsync(created.SnapshotId);
    }

    [Fact]
    public async Task Job_that_was_committed_but_never_scheduled_runs_after_the_next_start()
    {
        var released = await portal.CreateDiskAsync();
        await using (var scope = portal.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
            (await db.Disks.FindAsync(released))!.IsReleased = true;
            db.Jobs.Add(new()
            {
                Id = "t-forgotten",
                AccountId = portal.Owner.AccountId,
                Kind = JobKind.PurgeDisk,
                ResourceId = released,
                ResourceName = "",
                Lane = null,
                Status = JobStatus.Queued,
                CreatedAt = portal.Time.GetUtcNow(),
            });
            await db.SaveChangesAsync();
        }

        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        Assert.Equal(JobStatus.Finished, (await portal.EndedAsync("t-forgotten")).Status);
        Assert.Null(portal.Services.GetRequiredService<ZonePools>()["local-1a"].FindDisk(released));
    }

    [Fact]
    public async Task Disk_of_a_snapshot_is_usable_at_once_and_keeps_what_it_needs_of_it_until_it_is_filled()
    {
        var (snapshotId, image) = await StoredAsync();
        portal.Files.HoldReads();
        var made = await portal.RunAsync(new CreateDisk("local-1", "local-1b") { SnapshotId = snapshotId, DiskCategory = "cloud_auto" });
        var disk = await portal.DiskAsync(made.DiskId);
        Assert.Equal((DiskStatus.Available, made.JobId), (disk.Status, disk.JobId));
        await portal.Files.Held;
        Assert.False((await portal.JobAsync(made.JobId!)).CanCancel);
        await portal.RunAsync(new DeleteSnapshot(snapshotId) { Force = true });
        Assert.Empty((await portal.RunAsync(new DescribeSnapshots { SnapshotIds = [snapshotId] })).Snapshots);
        portal.Files.Release();
        Assert.Equal(JobStatus.Finished, (await portal.EndedAsync(made.JobId!)).Status);
        Assert.Null((await portal.DiskAsync(made.DiskId)).JobId);
        Assert.Equal(image, await portal.ReadDiskAsync(made.DiskId, image.Length));
        await portal.IdleAsync();
        Assert.Null(await portal.Services.GetRequiredService<RegionRepositories>()["local-1"].FindAsync(snapshotId, CancellationToken.None));
    }

    [Fact]
    public async Task Disk_that_is_deleted_while_it_is_filled_goes()
    {
        var (snapshotId, _) = await StoredAsync();
        portal.Files.HoldReads();
        var made = await portal.RunAsync(new CreateDisk("local-1", "local-1b") { SnapshotId = snapshotId, DiskCategory = "cloud_auto" });
        await portal.Files.Held;
        await portal.RunAsync(new DeleteDisk(made.DiskId));
        portal.Files.Release();
        await portal.IdleAsync();
        Assert.NotEqual(JobStatus.Failed, (await portal.JobAsync(made.JobId!)).Status);
        Assert.Equal(1, (await portal.RunAsync(new DescribeDisks())).TotalCount);
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1b"].Disks);
    }

    [Fact]
    public async Task Disk_says_that_the_store_is_away_and_is_filled_once_it_is_back_also_after_a_new_start()
    {
        var (snapshotId, image) = await StoredAsync();
        var store = Path.Combine(portal.DataPath, "repositories", "local-1");
        Directory.Move(store, store + ".away");
        var made = await portal.RunAsync(new CreateDisk("local-1", "local-1b") { SnapshotId = snapshotId, DiskCategory = "cloud_auto" });
        await portal.UntilAsync(() => portal.JobAsync(made.JobId!), job => job.ErrorCode == "ServiceUnavailable");
        Assert.Equal(DiskStatus.Available, (await portal.DiskAsync(made.DiskId)).Status);
        Assert.Equal(EngineFault.StoreUnavailable, (await Assert.ThrowsAsync<EngineException>(() => portal.ReadDiskAsync(made.DiskId, 4096))).Fault);
        await portal.StopAsync();
        Directory.Move(store + ".away", store);
        portal = await TestPortal.StartAsync(portal.DataPath);
        Assert.Equal(image, await portal.ReadDiskAsync(made.DiskId, image.Length));
        Assert.Equal(JobStatus.Finished, (await portal.EndedAsync(made.JobId!)).Status);
        Assert.Equal(image, await portal.ReadDiskAsync(made.DiskId, image.Length));
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>().Bases());
    }

    private async Task<(string SnapshotId, byte[] Image)> StoredAsync()
    {
        var image = new byte[200_000];
        new Random(5).NextBytes(image);
        await portal.UploadAsync(diskId, image);
        var snapshot = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.AccomplishedAsync(snapshot.SnapshotId);
        return (snapshot.SnapshotId, image);
    }
}
