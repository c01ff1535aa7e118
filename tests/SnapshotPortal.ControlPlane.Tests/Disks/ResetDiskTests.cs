using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

/// <summary>Roll back and undo: what the disk holds afterwards, what is refused, and what later snapshots store.</summary>
public sealed class ResetDiskTests : IAsyncLifetime
{
    private static readonly byte[] First = Images.Random(1, 4 << 20);
    private static readonly byte[] Patch = Images.Random(2, 64 << 10);
    private static readonly byte[] Second = First.With(1 << 20, Patch);
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<string> TakeLocalAsync() => (await portal.RunAsync(new CreateSnapshot(diskId) { InstantAccess = true, SnapshotName = "before" })).SnapshotId;

    private async Task<SnapshotInfo> TakeAsync() => await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);

    /// <summary>Writes only what differs, as a guest does.</summary>
    private async Task WriteAsync(int offset, byte[] bytes)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var disk = await scope.ServiceProvider.GetRequiredService<Data.PortalDb>().Disks.FindAsync(diskId);
        var body = portal.Services.GetRequiredService<ZonePools>().BodyOf(disk!);
        body.Write(offset, bytes);
        body.Flush();
    }

    private async Task HoldsAsync(byte[] expected) => Assert.Equal(expected, await portal.ReadDiskAsync(diskId, expected.Length));

    private async Task RefusedAsync<TResult>(IOperation<TResult> request, string code, int status)
        where TResult : class
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, status), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    [Fact]
    public async Task Disk_gets_the_content_of_its_local_snapshot_and_the_undo_brings_back_what_it_held()
    {
        var local = await TakeLocalAsync();
        await WriteAsync(1 << 20, Patch);
        var done = await portal.RunAsync(new ResetDisk(diskId, local));
        await HoldsAsync(First);
        Assert.Null(done.JobId);

        await WriteAsync(0, Patch);
        var undone = await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        await HoldsAsync(Second);
        await portal.RunAsync(new UndoResetDisk(diskId, undone.RollBackId));
        await HoldsAsync(First.With(0, Patch));
        await RefusedAsync(new UndoResetDisk(diskId, done.RollBackId), "OperationDenied", 403);
    }

    [Fact]
    public async Task Disk_gets_the_content_of_its_normal_snapshot_at_once_while_it_is_still_copied()
    {
        var normal = await TakeAsync();
        await WriteAsync(1 << 20, Patch);
        var done = await portal.RunAsync(new ResetDisk(diskId, normal.SnapshotId));
        await HoldsAsync(First);
        await portal.EndedAsync(done.JobId!);
        await HoldsAsync(First);
        await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        await HoldsAsync(Second);
    }

    [Fact]
    public async Task Both_states_are_there_after_a_restart()
    {
        var local = await TakeLocalAsync();
        await WriteAsync(1 << 20, Patch);
        var done = await portal.RunAsync(new ResetDisk(diskId, local));
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        await HoldsAsync(First);
        await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        await HoldsAsync(Second);
    }

    [Fact]
    public async Task Normal_snapshot_after_a_roll_back_stores_only_what_differs_from_the_one_it_went_back_to()
    {
        var normal = await TakeAsync();
        await WriteAsync(0, Images.Random(3, 4 << 20));
        await TakeAsync();
        await portal.RunAsync(new ResetDisk(diskId, normal.SnapshotId));
        await WriteAsync(1 << 20, Patch);
        await RestoresIncrementallyAsync();
    }

    [Fact]
    public async Task So_does_one_after_a_roll_back_to_a_local_snapshot_that_came_after_it()
    {
        await TakeAsync();
        var local = await TakeLocalAsync();
        await WriteAsync(0, Images.Random(3, 4 << 20));
        await TakeAsync();
        await portal.RunAsync(new ResetDisk(diskId, local));
        await WriteAsync(1 << 20, Patch);
        await RestoresIncrementallyAsync();
    }

    [Fact]
    public async Task And_one_after_the_undo_goes_on_where_it_was()
    {
        var normal = await TakeAsync();
        var done = await portal.RunAsync(new ResetDisk(diskId, normal.SnapshotId));
        await WriteAsync(0, Images.Random(3, 4 << 20));
        await TakeAsync();
        await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        await WriteAsync(1 << 20, Patch);
        await RestoresIncrementallyAsync();
    }

    private async Task RestoresIncrementallyAsync()
    {
        var snapshot = await TakeAsync();
        Assert.Equal(false, snapshot.IsFull);
        Assert.InRange(snapshot.StoredBytes!.Value, 64 << 10, 128 << 10);
        var restored = await portal.CreateDiskAsync(snapshot.SnapshotId, "local-1b");
        Assert.Equal(Second, await portal.ReadDiskAsync(restored, Second.Length));
    }

    [Fact]
    public async Task Later_snapshots_stay_valid_and_the_disk_can_go_forth_to_them()
    {
        var before = await TakeLocalAsync();
        await WriteAsync(1 << 20, Patch);
        var after = await TakeLocalAsync();
        await portal.RunAsync(new ResetDisk(diskId, before));
        await portal.RunAsync(new ResetDisk(diskId, after));
        await HoldsAsync(Second);
    }

    [Fact]
    public async Task Resized_disk_keeps_its_size_also_when_it_is_undone()
    {
        var local = await TakeLocalAsync();
        await portal.RunAsync(new ResizeDisk(diskId, 2));
        var done = await portal.RunAsync(new ResetDisk(diskId, local));
        await portal.RunAsync(new ResizeDisk(diskId, 3));
        await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        await using var content = await portal.RunAsync(new OpenDiskContent(diskId));
        Assert.Equal((3, 3L << 30), ((await portal.DiskAsync(diskId)).Size, content.LengthBytes));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_the_code_of_ECS()
    {
        var local = await TakeLocalAsync();
        await RefusedAsync(new ResetDisk("d-unknown", local), "InvalidDiskId.NotFound", 404);
        await RefusedAsync(new ResetDisk(diskId, "s-unknown"), "InvalidSnapshotId.NotFound", 404);
        await RefusedAsync(new ResetDisk(diskId, local) { DryRun = true }, "DryRunOperation", 400);
        await RefusedAsync(new ResetDisk(await portal.CreateDiskAsync(local), local), "InvalidParameter.Mismatch", 403);
        portal.Files.HoldAfter(0);
        var progressing = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await RefusedAsync(new ResetDisk(diskId, local), "IncorrectDiskStatus.HasUnfinishedSnapshot", 403);
        portal.Files.Release();
        await portal.AccomplishedAsync(progressing);
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        await RefusedAsync(new ResetDisk(diskId, local), "IncorrectDiskStatus", 403);
        await portal.RunAsync(new AbortDiskUpload(upload.UploadId));
        await portal.RunAsync(new ResetDisk(diskId, local));
    }

    [Fact]
    public async Task Several_disks_are_rolled_back_all_or_none()
    {
        var local = await TakeLocalAsync();
        await WriteAsync(1 << 20, Patch);
        var other = await portal.CreateDiskAsync(local);
        await RefusedAsync(new ResetDisks("local-1") { Disk = [new(diskId, local), new(other, local)] }, "InvalidParameter.Mismatch", 403);
        await HoldsAsync(Second);
        var done = await portal.RunAsync(new ResetDisks("local-1") { Disk = [new(diskId, local)] });
        Assert.Equal("Success", Assert.Single(done.OperationProgressSet).OperationStatus);
        await HoldsAsync(First);
    }

    [Fact]
    public async Task Consequences_are_told_in_bytes_before()
    {
        var local = await TakeLocalAsync();
        await WriteAsync(1 << 20, Patch);
        var before = await portal.RunAsync(new DescribeRollBack(diskId) { SnapshotId = local });
        Assert.Equal((64L << 10, 0, 7), (before.ChangedBytes, before.LaterSnapshots, before.UndoDays));
        var done = await portal.RunAsync(new ResetDisk(diskId, local));
        Assert.Equal(0, (await portal.RunAsync(new DescribeRollBack(diskId) { RollBackId = done.RollBackId })).ChangedBytes);
        await WriteAsync(0, Images.Random(3, 4096));
        Assert.Equal(4096, (await portal.RunAsync(new DescribeRollBack(diskId) { RollBackId = done.RollBackId })).ChangedBytes);
        Assert.Equal(4096, (await portal.RunAsync(new DescribeRollBack(diskId) { SnapshotId = local })).ChangedBytes);
        Assert.Equal([local], portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots.Select(each => each.Name));
    }

    [Fact]
    public async Task State_before_goes_after_seven_days_and_leaves_nothing_in_the_pool()
    {
        var local = await TakeLocalAsync();
        var done = await portal.RunAsync(new ResetDisk(diskId, local));
        var drop = portal.Services.GetRequiredService<DropKeptStates>();
        portal.Time.Shift = TimeSpan.FromDays(6.9);
        await drop.RunAsync(CancellationToken.None);
        Assert.Equal(2, portal.Services.GetRequiredService<ZonePools>()["local-1a"].Disks.Count);
        portal.Time.Shift = TimeSpan.FromDays(7.1);
        await drop.RunAsync(CancellationToken.None);
        Assert.Single(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Disks);
        await RefusedAsync(new UndoResetDisk(diskId, done.RollBackId), "OperationDenied", 403);
        await HoldsAsync(First);
    }

    [Fact]
    public async Task Released_disk_takes_its_kept_states_with_it()
    {
        await portal.RunAsync(new ResetDisk(diskId, await TakeLocalAsync()));
        await portal.RunAsync(new DeleteDisk(diskId));
        await portal.IdleAsync();
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Disks);
    }

    [Fact]
    public async Task Body_that_a_kill_left_without_a_row_is_removed_by_the_start()
    {
        var local = await TakeLocalAsync();
        portal.Services.GetRequiredService<ZonePools>()["local-1a"].CloneDisk(local, $"{diskId}-left", 1L << 30);
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        Assert.Equal(diskId, Assert.Single(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Disks).Name);
        await HoldsAsync(First);
    }
}
