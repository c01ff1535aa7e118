using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

public sealed class ProtectionTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateAttachedDiskAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<(int Unprotected, int Behind, int WithoutPolicy)> AlarmAsync()
    {
        var alarm = await portal.RunAsync(new DescribeProtection());
        Assert.Equal(alarm.UnprotectedCount + alarm.BehindCount, alarm.Disks.Count);
        return (alarm.UnprotectedCount, alarm.BehindCount, alarm.WithoutPolicyCount);
    }

    [Fact]
    public async Task Disk_with_content_and_no_accomplished_snapshot_is_unprotected()
    {
        await portal.CreateDiskAsync(); // empty: nothing to lose
        Assert.Equal((1, 0, 1), await AlarmAsync());
        portal.Files.HoldAfter(0);
        var snapshot = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        Assert.Equal([(diskId, true)], (await portal.RunAsync(new DescribeProtection())).Disks.Select(disk => (disk.DiskId, disk.IsBeingMade)));
        portal.Files.Release();
        await portal.AccomplishedAsync(snapshot);
        Assert.Equal((0, 0, 1), await AlarmAsync());
        Assert.Equal((0, 0, 0), (await portal.RunAsync(new DescribeProtection(), await portal.AddStrangerAsync())) switch { var other => (other.DiskCount, other.UnprotectedCount, other.BehindCount) });
    }

    [Fact]
    public async Task Disk_whose_newest_snapshot_is_older_than_its_policy_promises_is_behind_whatever_the_runs_say()
    {
        await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        var policy = await portal.CreatePolicyAsync();
        await portal.ApplyAsync(policy, diskId);
        Assert.Equal((0, 0, 0), await AlarmAsync());
        var slot = await portal.GoToNextRunAsync(policy, TimeSpan.FromMinutes(59));
        Assert.Equal((0, 0, 0), await AlarmAsync());
        portal.Time.Shift += TimeSpan.FromMinutes(2);
        Assert.Equal((0, 1, 0), await AlarmAsync());
        Assert.Equal(slot, (await portal.RunAsync(new DescribeProtection())).Disks[0].DueTime);

        await portal.DetachAsync(diskId); // the policy pauses
        Assert.Equal((0, 0, 0), await AlarmAsync());
        await portal.AttachAsync(diskId);
        await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId); // by hand is as good
        Assert.Equal((0, 0, 0), await AlarmAsync());
    }

    [Fact]
    public async Task Disabled_policy_promises_nothing()
    {
        await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        var policy = await portal.CreatePolicyAsync();
        await portal.ApplyAsync(policy, diskId);
        await portal.ModifyAsync(policy, enabled: false);
        portal.Time.Shift += TimeSpan.FromDays(3);
        Assert.Equal((0, 0, 1), await AlarmAsync());
    }
}
