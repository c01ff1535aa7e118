using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

public sealed class PolicyRunsTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string diskId = "";
    private string policyId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync(settings: new() { ["Portal:Quotas:AutomaticSnapshotsPerDisk"] = "2" });
        diskId = await portal.CreateAttachedDiskAsync();
        policyId = await portal.CreatePolicyAsync();
        await portal.ApplyAsync(policyId, diskId);
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<PolicyRunInfo> RunAsync() => Assert.Single((await portal.RunAsync(new DescribePolicyRuns { DiskId = diskId })).Runs);

    [Fact]
    public async Task Due_policy_takes_a_snapshot_of_each_of_its_disks_and_says_so()
    {
        var detached = await portal.CreateDiskAsync();
        await portal.UploadAsync(detached, Images.Random(2, 4096));
        var empty = await portal.CreateDiskAsync();
        await portal.AttachAsync(empty, isUsed: false);
        await portal.ApplyAsync(policyId, detached, empty);

        var slot = await portal.GoToNextRunAsync(policyId, TimeSpan.FromSeconds(10));
        await portal.TakeDueAsync();

        var runs = (await portal.RunAsync(new DescribePolicyRuns { AutoSnapshotPolicyId = policyId })).Runs.ToDictionary(run => run.DiskId);
        Assert.Equal((PolicyRunStatus.Skipped, "IncorrectDiskStatus", null), (runs[detached].Status, runs[detached].ReasonCode, runs[detached].SnapshotId));
        Assert.Equal((PolicyRunStatus.Skipped, "IncorrectDiskStatus.NeverAttached"), (runs[empty].Status, runs[empty].ReasonCode));
        Assert.Equal((slot, slot, 0), (runs[diskId].DueTime, runs[diskId].FirstDueTime, runs[diskId].MissedRuns));
        var snapshot = await portal.AccomplishedAsync(runs[diskId].SnapshotId!);
        Assert.Equal(($"auto2.0_{slot:yyyyMMdd}_{policyId}", "auto", 7, policyId), (snapshot.SnapshotName, snapshot.SnapshotType, snapshot.RetentionDays, snapshot.PolicyId));
        Assert.Equal(PolicyRunStatus.Done, (await portal.UntilAsync(RunAsync, run => run.Status != PolicyRunStatus.Running)).Status);
        Assert.Equal(new(1, 2, 0, 0), (await portal.PolicyAsync(policyId)).LastRuns);
        Assert.Equal(CallerSource.Policy, (await portal.RunAsync(new DescribeAuditTrail { Operation = "TakePolicySnapshot" })).Entries[0].Source);
    }

    [Fact]
    public async Task Slot_is_run_once_however_often_it_is_looked_at()
    {
        await portal.GoToNextRunAsync(policyId, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => portal.TakeDueAsync()));
        portal.Time.Shift -= TimeSpan.FromHours(3); // the clock is set back, and the policy switched off and on
        await portal.ModifyAsync(policyId, enabled: false);
        await portal.ModifyAsync(policyId, enabled: true);
        await portal.GoToNextRunAsync(policyId, TimeSpan.Zero);
        portal.Time.Shift += TimeSpan.FromHours(2);
        await portal.TakeDueAsync();
        await RunAsync();
        Assert.Equal(1, (await portal.RunAsync(new DescribeSnapshots { DiskId = diskId })).TotalCount);
    }

    [Fact]
    public async Task Missed_runs_collapse_into_one_that_says_so()
    {
        var first = await portal.GoToNextRunAsync(policyId, TimeSpan.FromHours(5) + TimeSpan.FromMinutes(20));
        await portal.TakeDueAsync();
        var run = await RunAsync();
        Assert.Equal((first, first.AddHours(5), 6), (run.FirstDueTime, run.DueTime, run.MissedRuns));
        await portal.AccomplishedAsync(run.SnapshotId!);
        Assert.Equal(first.AddHours(6), (await portal.PolicyAsync(policyId)).NextRunTime);
    }

    [Fact]
    public async Task What_was_due_before_a_disk_got_the_policy_is_not_made_up_for()
    {
        await portal.GoToNextRunAsync(policyId, TimeSpan.FromMinutes(30));
        var late = await portal.CreateAttachedDiskAsync();
        await portal.ApplyAsync(policyId, late);
        await portal.TakeDueAsync();
        await RunAsync();
        Assert.Empty((await portal.RunAsync(new DescribePolicyRuns { DiskId = late })).Runs);
    }

    [Fact]
    public async Task Disabled_policy_does_nothing_and_does_not_make_up_for_it()
    {
        await portal.ModifyAsync(policyId, enabled: false);
        Assert.Null((await portal.PolicyAsync(policyId)).NextRunTime);
        portal.Time.Shift += TimeSpan.FromDays(2);
        await portal.TakeDueAsync();
        await portal.ModifyAsync(policyId, enabled: true);
        await portal.TakeDueAsync();
        Assert.Empty((await portal.RunAsync(new DescribePolicyRuns())).Runs);
    }

    [Fact]
    public async Task Full_quota_removes_the_oldest_automatic_one_and_no_manual_one()
    {
        var manual = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.AccomplishedAsync(manual);
        List<string> automatic = [];
        for (var hour = 0; hour < 4; hour++)
        {
            await portal.GoToNextRunAsync(policyId, TimeSpan.FromSeconds(1));
            await portal.TakeDueAsync();
            automatic.Add((await portal.RunAsync(new DescribePolicyRuns { DiskId = diskId })).Runs[0].SnapshotId!);
            await portal.AccomplishedAsync(automatic[^1]);
        }

        var kept = (await portal.RunAsync(new DescribeSnapshots { DiskId = diskId })).Snapshots.Select(each => each.SnapshotId);
        Assert.Equal([automatic[3], automatic[2], manual], kept);
        Assert.Equal(2, (await portal.RunAsync(new DescribeSnapshots { SnapshotType = "auto" })).TotalCount);
    }

    [Fact]
    public async Task Run_is_skipped_while_the_category_takes_no_more_at_once()
    {
        portal.Files.HoldAfter(0);
        for (var number = 0; number < 10; number++) await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.GoToNextRunAsync(policyId, TimeSpan.Zero);
        await portal.TakeDueAsync();
        var run = await RunAsync();
        Assert.Equal((PolicyRunStatus.Skipped, "QuotaExceed.ConcurrentSnapshotQuota"), (run.Status, run.ReasonCode));
        Assert.NotEmpty(run.Reason!);
    }

    [Fact]
    public async Task Run_fails_with_its_upload_and_is_done_when_that_is_tried_again()
    {
        portal.Files.Fault = EngineFault.Full;
        await portal.GoToNextRunAsync(policyId, TimeSpan.Zero);
        await portal.TakeDueAsync();
        var failed = await portal.UntilAsync(RunAsync, run => run.Status == PolicyRunStatus.Failed);
        Assert.Equal("StorageFull", failed.ReasonCode);

        portal.Files.Fault = null;
        await portal.RunAsync(new RetryJob((await portal.SnapshotAsync(failed.SnapshotId!)).JobId!));
        Assert.Null((await portal.UntilAsync(RunAsync, run => run.Status == PolicyRunStatus.Done)).Reason);
    }

    [Fact]
    public async Task Run_that_a_kill_left_waiting_goes_on_once_at_the_next_start_and_says_that_it_is_late()
    {
        await AddWaitingAsync("pr-left", portal.Time.GetUtcNow() - TimeSpan.FromHours(30));
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        await portal.TakeDueAsync();
        await portal.TakeDueAsync();
        var run = await RunAsync();
        Assert.Equal((1, true), (run.MissedRuns, run.SnapshotId is not null));
        Assert.Equal(1, (await portal.RunAsync(new DescribeSnapshots { DiskId = diskId })).TotalCount);
    }

    [Fact]
    public async Task Run_that_a_kill_left_waiting_gives_way_to_a_later_one()
    {
        await AddWaitingAsync("pr-left", portal.Time.GetUtcNow() - TimeSpan.FromHours(1));
        await portal.GoToNextRunAsync(policyId, TimeSpan.Zero);
        await portal.TakeDueAsync();
        var runs = (await portal.RunAsync(new DescribePolicyRuns { DiskId = diskId })).Runs;
        Assert.Equal([(PolicyRunStatus.Skipped, "OperationConflict")], runs.Where(run => run.RunId == "pr-left").Select(run => (run.Status, run.ReasonCode!)));
        Assert.Equal(1, (await portal.RunAsync(new DescribeSnapshots { DiskId = diskId })).TotalCount);
    }

    [Fact]
    public async Task Released_disk_and_deleted_policy_leave_nothing_to_run()
    {
        var other = await portal.CreatePolicyAsync();
        var released = await portal.CreateAttachedDiskAsync();
        await portal.ApplyAsync(other, released);
        await portal.DetachAsync(released);
        await portal.RunAsync(new DeleteDisk(released));
        await portal.RunAsync(new DeleteAutoSnapshotPolicy(policyId, "local-1"));
        portal.Time.Shift += TimeSpan.FromHours(2);
        await portal.TakeDueAsync();
        Assert.Empty((await portal.RunAsync(new DescribePolicyRuns())).Runs);
        Assert.False((await portal.DiskAsync(diskId)).EnableAutomatedSnapshotPolicy);
    }

    [Fact]
    public async Task Nobody_begins_a_run_but_the_clock()
    {
        await AddWaitingAsync("pr-left", portal.Time.GetUtcNow());
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new TakePolicySnapshot("pr-left"))).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new RemoveExpiredSnapshots(diskId))).Error.Code);
        var stranger = await portal.AddStrangerAsync();
        Assert.Empty((await portal.RunAsync(new DescribePolicyRuns { AutoSnapshotPolicyId = policyId }, stranger)).Runs);
        await portal.Operations.RunAsync(new TakePolicySnapshot("pr-left"), Caller.ForPolicy(stranger.AccountId));
        Assert.Equal(PolicyRunStatus.Waiting, (await RunAsync()).Status);
    }

    private async Task AddWaitingAsync(string id, DateTimeOffset due)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        db.PolicyRuns.Add(new()
        {
            Id = id,
            AccountId = portal.Owner.AccountId,
            PolicyId = policyId,
            DiskId = diskId,
            DueAt = due,
            FirstDueAt = due,
            MissedCount = 0,
            CreatedAt = due,
            Status = PolicyRunStatus.Waiting,
        });
        await db.Disks.Where(disk => disk.Id == diskId).ExecuteUpdateAsync(set => set.SetProperty(disk => disk.Status, DiskStatus.InUse));
        await db.SaveChangesAsync();
    }
}
