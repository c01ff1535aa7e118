using Microsoft.Extensions.DependencyInjection;
using Quartz;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

public sealed class PolicyClockTests
{
    [Fact]
    public async Task Quartz_looks_each_minute_and_at_what_was_missed_after_a_start()
    {
        var portal = await TestPortal.StartAsync();
        var diskId = await portal.CreateAttachedDiskAsync();
        var policyId = await portal.CreatePolicyAsync();
        await portal.ApplyAsync(policyId, diskId);
        var shift = TimeSpan.FromHours(3);
        await portal.StopAsync();

        await using var again = await TestPortal.StartAsync(portal.DataPath);
        again.Time.Shift = shift;
        var scheduler = await again.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        var trigger = await scheduler.GetTrigger(PolicyClock.EachMinute);
        Assert.Equal("0 * * * * ?", Assert.IsType<ICronTrigger>(trigger, exactMatch: false).CronExpressionString);
        await scheduler.TriggerJob(trigger!.JobKey);
        var run = await again.UntilAsync(async () => (await again.RunAsync(new DescribePolicyRuns { DiskId = diskId })).Runs, runs => runs.Count > 0);
        Assert.InRange(run[0].MissedRuns, 2, 3);
        await again.IdleAsync();
    }
}
