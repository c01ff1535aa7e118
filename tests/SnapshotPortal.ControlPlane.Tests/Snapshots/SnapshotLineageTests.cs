using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Snapshots;

/// <summary>What each snapshot stores, and that every one restores to exactly what it froze.</summary>
public sealed class SnapshotLineageTests : IAsyncLifetime
{
    private static readonly byte[] First = Images.Random(1, 4 << 20);
    private static readonly byte[] Second = First.With(1 << 20, Images.Random(2, 64 << 10));
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<SnapshotInfo> SnapshotAsync(string diskId)
        => await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);

    /// <summary>Writes only what differs, as a guest does; a whole upload would be a change everywhere.</summary>
    private void Write(string diskId, int offset, byte[] bytes)
    {
        var disk = portal.Services.GetRequiredService<ZonePools>()["local-1a"].FindDisk(diskId)!;
        disk.Write(offset, bytes);
        disk.Flush();
    }

    private async Task<string> RestoreAsync(SnapshotInfo snapshot, byte[] expected, string zone = "local-1b")
    {
        var diskId = await portal.CreateDiskAsync(snapshot.SnapshotId, zone);
        await portal.AvailableAsync(diskId);
        Assert.Equal(expected, await portal.ReadDiskAsync(diskId, expected.Length));
        return diskId;
    }

    [Fact]
    public async Task First_snapshot_is_full_the_second_stores_what_changed_and_both_restore()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        var full = await SnapshotAsync(diskId);
        Write(diskId, 1 << 20, Images.Random(2, 64 << 10));
        var incremental = await SnapshotAsync(diskId);

        Assert.Equal((true, false), (full.IsFull, incremental.IsFull));
        Assert.InRange(full.StoredBytes!.Value, 4 << 20, 5 << 20);
        Assert.InRange(incremental.StoredBytes!.Value, 64 << 10, 128 << 10);
        Assert.Equal(full.SnapshotLinkId, incremental.SnapshotLinkId);
        Assert.Equal("100%", full.Progress);
        await RestoreAsync(full, First);
        await RestoreAsync(incremental, Second, "local-1a");
    }

    [Fact]
    public async Task Snapshot_holds_what_was_there_when_it_was_asked_for()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        portal.Files.HoldAfter(0);
        var id = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        Write(diskId, 0, Images.Random(9, 4 << 20));
        portal.Files.Release();
        await RestoreAsync(await portal.AccomplishedAsync(id), First);
    }

    [Fact]
    public async Task Restored_disk_continues_the_lineage_of_its_source()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        var restored = await RestoreAsync(await SnapshotAsync(diskId), First, "local-1a");
        Write(restored, 1 << 20, Images.Random(2, 64 << 10));
        var snapshot = await SnapshotAsync(restored);
        Assert.Equal(false, snapshot.IsFull);
        Assert.InRange(snapshot.StoredBytes!.Value, 64 << 10, 128 << 10);
        await RestoreAsync(snapshot, Second);
    }

    [Fact]
    public async Task Deleted_predecessor_is_replaced_by_the_one_before_it_or_by_a_full_snapshot()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        var first = await SnapshotAsync(diskId);
        Write(diskId, 1 << 20, Images.Random(2, 64 << 10));
        var second = await SnapshotAsync(diskId);
        await portal.RunAsync(new DeleteSnapshot(second.SnapshotId));
        await portal.IdleAsync();
        var third = await SnapshotAsync(diskId);
        Assert.Equal(false, third.IsFull);
        await portal.RunAsync(new DeleteSnapshot(first.SnapshotId));
        await portal.RunAsync(new DeleteSnapshot(third.SnapshotId));
        await portal.IdleAsync();
        var fourth = await SnapshotAsync(diskId);
        Assert.Equal(true, fourth.IsFull);
        await RestoreAsync(fourth, Second);
    }

    [Fact]
    public async Task Disk_is_cloned_at_once_while_its_snapshot_is_still_being_stored()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        portal.Files.HoldAfter(0);
        var id = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.Files.Held;
        var clone = await portal.CreateDiskAsync(id, "local-1a");
        Assert.Equal("Available", (await portal.DiskAsync(clone)).Status);
        Assert.Equal(First, await portal.ReadDiskAsync(clone, First.Length));
        var elsewhere = await portal.RefusedAsync(new CreateDisk("local-1", "local-1b") { SnapshotId = id, DiskCategory = "cloud_auto" });
        Assert.Equal("InvalidSnapshotId.NotReady", elsewhere.Error.Code);

        portal.Files.Release();
        await portal.AccomplishedAsync(id);
        await portal.RunAsync(new DeleteSnapshot(id) { Force = true });
        await portal.IdleAsync();
        Assert.Equal(First, await portal.ReadDiskAsync(clone, First.Length));
    }

    [Fact]
    public async Task Snapshots_of_a_disk_are_stored_in_their_order()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        portal.Files.HoldAfter(0);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
            Write(diskId, i << 20, Images.Random(10 + i, 64 << 10));
        }

        await portal.Files.Held;
        portal.Files.Release();
        var snapshots = new List<SnapshotInfo>();
        foreach (var id in ids) snapshots.Add(await portal.AccomplishedAsync(id));
        Assert.Equal([true, false, false], snapshots.Select(snapshot => snapshot.IsFull));
        await portal.IdleAsync();
        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots);
    }

    [Fact]
    public async Task Stored_snapshot_is_read_without_a_disk()
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, First);
        var snapshot = await SnapshotAsync(diskId);
        await using var content = await portal.RunAsync(new OpenSnapshotContent(snapshot.SnapshotId));
        var read = new byte[First.Length];
        content.Device.Read(0, read);
        Assert.Equal(First, read);
        Assert.Equal((1L << 30, snapshot.SnapshotId), (content.LengthBytes, content.EntityTag));
    }
}
