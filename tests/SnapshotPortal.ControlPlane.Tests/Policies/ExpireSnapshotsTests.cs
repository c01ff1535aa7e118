using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

public sealed class ExpireSnapshotsTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateAttachedDiskAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<string> TakeAsync(int? retentionDays)
    {
        var id = (await portal.RunAsync(new CreateSnapshot(diskId) { RetentionDays = retentionDays })).SnapshotId;
        await portal.AccomplishedAsync(id);
        return id;
    }

    private async Task<string[]> KeptAsync() => [.. (await portal.RunAsync(new DescribeSnapshots { DiskId = diskId })).Snapshots.Select(each => each.SnapshotId)];

    [Fact]
    public async Task Manual_and_automatic_ones_go_when_their_retention_ends_but_never_the_newest()
    {
        var manual = await TakeAsync(1);
        var forEver = await TakeAsync(null);
        var policy = await portal.CreatePolicyAsync(retentionDays: 2);
        await portal.ApplyAsync(policy, diskId);
        await portal.GoToNextRunAsync(policy, TimeSpan.Zero);
        await portal.TakeDueAsync();
        await portal.ModifyAsync(policy, enabled: false);
        var automatic = (await KeptAsync())[0];
        await portal.AccomplishedAsync(automatic);
        var newest = await TakeAsync(3);

        await portal.ExpireAsync();
        Assert.Equal([newest, automatic, forEver, manual], await KeptAsync());
        portal.Time.Shift += TimeSpan.FromDays(1);
        await portal.ExpireAsync();
        Assert.Equal([newest, automatic, forEver], await KeptAsync());
        portal.Time.Shift += TimeSpan.FromDays(400);
        await portal.ExpireAsync();
        Assert.Equal([newest, forEver], await KeptAsync());
        Assert.Equal(CallerSource.Policy, (await portal.RunAsync(new DescribeAuditTrail { Operation = "RemoveExpiredSnapshots" })).Entries[0].Source);
    }

    [Fact]
    public async Task Longer_retention_keeps_it_longer()
    {
        var first = await TakeAsync(1);
        await TakeAsync(null);
        await portal.RunAsync(new ModifySnapshotAttribute(first) { RetentionDays = 10 });
        portal.Time.Shift += TimeSpan.FromDays(9);
        await portal.ExpireAsync();
        Assert.Equal(2, (await KeptAsync()).Length);
        portal.Time.Shift += TimeSpan.FromDays(1);
        await portal.ExpireAsync();
        Assert.DoesNotContain(first, await KeptAsync());
    }

    [Fact]
    public async Task One_that_a_disk_still_reads_from_stays_until_that_is_whole()
    {
        var needed = await TakeAsync(1);
        await TakeAsync(null);
        portal.Files.HoldReads();
        var made = await portal.CreateDiskAsync(needed, "local-1b");
        await portal.Files.Held;
        portal.Time.Shift += TimeSpan.FromDays(2);
        await portal.ExpireAsync();
        Assert.Contains(needed, await KeptAsync());

        portal.Files.Release();
        await portal.UntilAsync(() => portal.DiskAsync(made), disk => disk.JobId is null);
        await portal.ExpireAsync();
        Assert.DoesNotContain(needed, await KeptAsync());
    }

    [Fact]
    public async Task Runs_are_forgotten_after_90_days()
    {
        var policy = await portal.CreatePolicyAsync();
        await portal.ApplyAsync(policy, diskId);
        await portal.GoToNextRunAsync(policy, TimeSpan.Zero);
        await portal.TakeDueAsync();
        await portal.IdleAsync();
        await portal.ModifyAsync(policy, enabled: false);
        portal.Time.Shift += TimeSpan.FromDays(89);
        await portal.ExpireAsync();
        Assert.Equal(1, (await portal.RunAsync(new DescribePolicyRuns())).TotalCount);
        portal.Time.Shift += TimeSpan.FromDays(2);
        await portal.ExpireAsync();
        Assert.Equal(0, (await portal.RunAsync(new DescribePolicyRuns())).TotalCount);
    }
}
