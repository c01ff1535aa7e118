using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>When a schedule would be due next: what a form shows before it is sent.</summary>
[PortalOnly]
public sealed record PreviewSchedule(IReadOnlyList<string> TimePoints, IReadOnlyList<string> RepeatWeekdays, string TimeZone) : IOperation<PreviewScheduleResult>
{
    /// <summary>How many runs to tell of, 1–100.</summary>
    public int Count { get; init; } = 5;
}

/// <summary>The runs that come.</summary>
/// <param name="NextRuns">Ascending; each with the offset that the zone's clocks have then.</param>
public sealed record PreviewScheduleResult(IReadOnlyList<DateTimeOffset> NextRuns);

internal sealed class PreviewScheduleHandler(TimeProvider time) : IHandler<PreviewSchedule, PreviewScheduleResult>
{
    public Task<PreviewScheduleResult> RunAsync(PreviewSchedule request, Caller caller, CancellationToken cancel)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(PolicyRules.RequireTimeZone(request.TimeZone));
        var schedule = new Schedule(PolicyRules.RequireHours(request.TimePoints), PolicyRules.RequireWeekdays(request.RepeatWeekdays), zone);
        var runs = schedule.After(time.GetUtcNow()).Take(Math.Clamp(request.Count, 1, 100)).Select(slot => TimeZoneInfo.ConvertTime(slot, zone));
        return Task.FromResult(new PreviewScheduleResult([.. runs]));
    }
}
