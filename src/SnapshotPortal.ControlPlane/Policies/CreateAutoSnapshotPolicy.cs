using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Makes a policy that takes snapshots by a schedule; it does nothing until it is applied to disks.</summary>
/// <param name="RegionId">Whose disks it may be applied to.</param>
/// <param name="TimePoints">1–24 hours, <c>0</c>…<c>23</c>, of the policy's time zone.</param>
/// <param name="RepeatWeekdays">1–7 weekdays, <c>1</c> (Monday)…<c>7</c>.</param>
/// <param name="RetentionDays">1–65535, or -1: its snapshots are kept until they are deleted.</param>
public sealed record CreateAutoSnapshotPolicy(string RegionId, IReadOnlyList<string> TimePoints, IReadOnlyList<string> RepeatWeekdays, int RetentionDays = -1)
    : IOperation<CreateAutoSnapshotPolicyResult>
{
    public string? AutoSnapshotPolicyName { get; init; }

    public string? AssociationType { get; init; }

    public bool? EnableCrossRegionCopy { get; init; }

    public IReadOnlyList<string>? TargetCopyRegions { get; init; }

    /// <summary>An IANA id; that of the installation where not given (SPEC P17).</summary>
    [PortalOnly]
    public string? TimeZone { get; init; }

    [PortalOnly]
    public bool Enabled { get; init; } = true;
}

public sealed record CreateAutoSnapshotPolicyResult(string AutoSnapshotPolicyId);

internal sealed class CreateAutoSnapshotPolicyHandler(PortalDb db, PortalOptions options, AccountQuotas quotas, ResourceIds ids, TimeProvider time)
    : IHandler<CreateAutoSnapshotPolicy, CreateAutoSnapshotPolicyResult>
{
    public async Task<CreateAutoSnapshotPolicyResult> RunAsync(CreateAutoSnapshotPolicy request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        PolicyRules.RequireName(request.AutoSnapshotPolicyName);
        if (request.AssociationType is { Length: > 0 } and not "AssociatedWithDisk") throw new OperationException(PolicyErrors.TagsUnsupported, nameof(request.AssociationType));
        PolicyRules.RequireNoCopy(request.EnableCrossRegionCopy, request.TargetCopyRegions);
        var policy = new AutoSnapshotPolicy
        {
            Id = ids.New("sp"),
            AccountId = caller.AccountId,
            RegionId = region.RegionId,
            Name = request.AutoSnapshotPolicyName ?? "",
            Hours = PolicyRules.RequireHours(request.TimePoints),
            Weekdays = PolicyRules.RequireWeekdays(request.RepeatWeekdays),
            RetentionDays = PolicyRules.RequireRetention(request.RetentionDays),
            TimeZoneId = PolicyRules.RequireTimeZone(string.IsNullOrEmpty(request.TimeZone) ? options.PolicyTimeZone : request.TimeZone),
            IsEnabled = request.Enabled,
            CreatedAt = time.GetUtcNow(),
        };
        var limit = await quotas.LimitAsync(caller.AccountId, QuotaKind.PoliciesPerRegion, cancel);
        if (await db.Policies.OwnedBy(caller).CountAsync(each => each.RegionId == region.RegionId, cancel) >= limit) throw new OperationException(PolicyErrors.Quota(limit));
        policy.BeginAt(policy.CreatedAt);
        db.Policies.Add(policy);
        return new(policy.Id);
    }
}
