using Quartz;
using SnapshotPortal.ControlPlane.Jobs;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>
/// What Quartz fires for policies: each minute what is due, each five minutes what has expired. What is due stands in the
/// database, so that a firing that was missed is made up for by the next; slots are full minutes in every time zone of today.
/// </summary>
internal static class PolicyClock
{
    /// <summary>What begins here takes seconds, but must not wait for uploads that take hours: a lane of its own.</summary>
    public const int ThreadsAtOnce = 2;

    public static readonly TriggerKey EachMinute = new("each-minute", "policies");

    public static readonly TriggerKey EachFiveMinutes = new("each-five-minutes", "policies");

    public static void Register(IQuartzBuilder quartz)
    {
        quartz.AddJob<Due>(job => job.WithIdentity("policies-due"));
        quartz.AddTrigger(trigger => trigger.ForJob("policies-due").WithIdentity(EachMinute).StartNow().WithCronSchedule("0 * * * * ?"));
        quartz.AddJob<Expired>(job => job.WithIdentity("policies-expired"));
        quartz.AddTrigger(trigger => trigger.ForJob("policies-expired").WithIdentity(EachFiveMinutes).StartNow().WithCronSchedule("30 0/5 * * * ?"));
    }

    [DisallowConcurrentExecution]
    internal sealed class Due(TakeDueSnapshots take, PortalStop stop) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await stop.UntilAsync(take.RunAsync, cancellationToken);
    }

    [DisallowConcurrentExecution]
    internal sealed class Expired(ExpireSnapshots expire, PortalStop stop) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await stop.UntilAsync(expire.RunAsync, cancellationToken);
    }
}
