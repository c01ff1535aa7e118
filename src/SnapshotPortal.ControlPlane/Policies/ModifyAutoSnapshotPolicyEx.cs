using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Changes a policy; null leaves a member as it is. Another schedule counts from now on, another retention for the snapshots that come.</summary>
public sealed record ModifyAutoSnapshotPolicyEx(string AutoSnapshotPolicyId, string RegionId) : IOperation<Done>
{
    public string? AutoSnapshotPolicyName { get; init; }

    public IReadOnlyList<string>? TimePoints { get; init; }

    public IReadOnlyList<string>? RepeatWeekdays { get; init; }

    public int? RetentionDays { get; init; }

    public bool? EnableCrossRegionCopy { get; init; }

    public IReadOnlyList<string>? TargetCopyRegions { get; init; }

    [PortalOnly]
    public string? TimeZone { get; init; }

    [PortalOnly]
    public bool? Enabled { get; init; }
}

internal sealed class ModifyAutoSnapshotPolicyExHandler(PortalDb db, PortalOptions options, TimeProvider time) : IHandler<ModifyAutoSnapshotPolicyEx, Done>
{
    public async Task<Done> RunAsync(ModifyAutoSnapshotPolicyEx request, Caller caller, CancellationToken cancel)
    {
        options.Region(request.RegionId);
        if (request is { AutoSnapshotPolicyName: null, TimePoints: null, RepeatWeekdays: null, RetentionDays: null, EnableCrossRegionCopy: null, TargetCopyRegions: null, TimeZone: null, Enabled: null })
            throw new OperationException(PolicyErrors.NothingToModify);
        PolicyRules.RequireName(request.AutoSnapshotPolicyName);
        PolicyRules.RequireNoCopy(request.EnableCrossRegionCopy, request.TargetCopyRegions);
        var policy = await db.Policies.GetAsync(caller, request.RegionId, request.AutoSnapshotPolicyId, PolicyErrors.NotFoundToModify, cancel);
        policy.Name = request.AutoSnapshotPolicyName ?? policy.Name;
        if (request.RetentionDays is { } days) policy.RetentionDays = PolicyRules.RequireRetention(days, max: 65536);
        Reschedule(policy, request);
        return Done.Instance;
    }

    private void Reschedule(AutoSnapshotPolicy policy, ModifyAutoSnapshotPolicyEx request)
    {
        var before = (policy.Hours, policy.Weekdays, policy.TimeZoneId, policy.IsEnabled);
        if (request.TimePoints is { } hours) policy.Hours = PolicyRules.RequireHours(hours);
        if (request.RepeatWeekdays is { } weekdays) policy.Weekdays = PolicyRules.RequireWeekdays(weekdays);
        if (request.TimeZone is { Length: > 0 } zone) policy.TimeZoneId = PolicyRules.RequireTimeZone(zone);
        policy.IsEnabled = request.Enabled ?? policy.IsEnabled;

        // A slot that is due and not planned yet stays due where nothing about the schedule has changed.
        if (before != (policy.Hours, policy.Weekdays, policy.TimeZoneId, policy.IsEnabled)) policy.BeginAt(time.GetUtcNow());
    }
}
