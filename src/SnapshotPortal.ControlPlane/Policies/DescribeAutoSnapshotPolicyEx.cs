using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>The policies of the caller's account, newest first. Filters are ANDed.</summary>
public sealed record DescribeAutoSnapshotPolicyEx : IOperation<DescribeAutoSnapshotPolicyExResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? AutoSnapshotPolicyId { get; init; }

    public string? AutoSnapshotPolicyName { get; init; }

    /// <summary>A part of the id or name.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    [PortalOnly]
    public bool? Enabled { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    [PortalOnly]
    public int? MaxResults { get; init; }

    [PortalOnly]
    public string? NextToken { get; init; }
}

public sealed record DescribeAutoSnapshotPolicyExResult(int TotalCount, int PageNumber, int PageSize, IReadOnlyList<AutoSnapshotPolicyInfo> AutoSnapshotPolicies);

/// <summary>A policy as callers see it; names and values as ECS has them.</summary>
public sealed record AutoSnapshotPolicyInfo
{
    public required string AutoSnapshotPolicyId { get; init; }
    public required string AutoSnapshotPolicyName { get; init; }
    public required string RegionId { get; init; }

    /// <summary>JSON text.</summary>
    public required string TimePoints { get; init; }

    /// <summary>JSON text.</summary>
    public required string RepeatWeekdays { get; init; }

    /// <summary>-1: its snapshots are kept until they are deleted.</summary>
    public required int RetentionDays { get; init; }
    public required string Status { get; init; }
    public required string Type { get; init; }
    public required string AssociationType { get; init; }
    public required int DiskNums { get; init; }
    public required int VolumeNums { get; init; }
    public required bool EnableCrossRegionCopy { get; init; }
    public required int CopiedSnapshotsRetentionDays { get; init; }

    /// <summary>JSON text.</summary>
    public required string TargetCopyRegions { get; init; }
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>0–23, ascending.</summary>
    [PortalOnly]
    public required IReadOnlyList<int> Hours { get; init; }

    /// <summary>1 (Monday)–7, ascending.</summary>
    [PortalOnly]
    public required IReadOnlyList<int> Weekdays { get; init; }

    /// <summary>An IANA id.</summary>
    [PortalOnly]
    public required string TimeZone { get; init; }

    [PortalOnly]
    public required bool Enabled { get; init; }

    /// <summary>When it runs next; null while it is disabled.</summary>
    [PortalOnly]
    public required DateTimeOffset? NextRunTime { get; init; }

    /// <summary>How many of its disks the last runs were done, skipped and failed on, by each disk's last run.</summary>
    [PortalOnly]
    public required PolicyRunCounts LastRuns { get; init; }
}

/// <summary>How runs ended.</summary>
public readonly record struct PolicyRunCounts(int Done, int Skipped, int Failed, int Unfinished);

internal sealed class DescribeAutoSnapshotPolicyExHandler(PortalDb db, PortalOptions options) : IHandler<DescribeAutoSnapshotPolicyEx, DescribeAutoSnapshotPolicyExResult>
{
    public async Task<DescribeAutoSnapshotPolicyExResult> RunAsync(DescribeAutoSnapshotPolicyEx request, Caller caller, CancellationToken cancel)
    {
        var part = await Filter(db.Policies.AsNoTracking().OwnedBy(caller), request).PartAsync(request, caller, 1, 100, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, await DescribeAsync(part.Items, cancel));
    }

    private IQueryable<AutoSnapshotPolicy> Filter(IQueryable<AutoSnapshotPolicy> policies, DescribeAutoSnapshotPolicyEx request)
    {
        if (request.RegionId is { Length: > 0 } regionId)
        {
            if (!options.Regions.Any(region => region.RegionId == regionId)) throw new OperationException(RegionErrors.NotFound with { HttpStatus = 400 }, nameof(request.RegionId));
            policies = policies.Where(policy => policy.RegionId == regionId);
        }

        if (request.AutoSnapshotPolicyId is { Length: > 0 } id) policies = policies.Where(policy => policy.Id == id);
        if (request.AutoSnapshotPolicyName is { Length: > 0 } name) policies = policies.Where(policy => policy.Name == name);
        if (request.Enabled is { } enabled) policies = policies.Where(policy => policy.IsEnabled == enabled);
        if (Search.Pattern(request.Search) is { } pattern)
            policies = policies.Where(policy => EF.Functions.Like(policy.Id, pattern, Search.Escape) || EF.Functions.Like(policy.Name, pattern, Search.Escape));
        return policies;
    }

    private async Task<IReadOnlyList<AutoSnapshotPolicyInfo>> DescribeAsync(List<AutoSnapshotPolicy> policies, CancellationToken cancel)
    {
        var ids = policies.ConvertAll(policy => policy.Id);
        var applied = db.PolicyDisks.Where(each => ids.Contains(each.PolicyId) && db.Disks.Any(disk => disk.Id == each.DiskId && !disk.IsReleased));
        var disks = await applied.GroupBy(each => each.PolicyId).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, cancel);
        var last = await db.PolicyRuns
            .Where(run => applied.Any(each => each.PolicyId == run.PolicyId && each.DiskId == run.DiskId))
            .Where(run => !db.PolicyRuns.Any(later => later.PolicyId == run.PolicyId && later.DiskId == run.DiskId && later.DueAt > run.DueAt))
            .GroupBy(run => new { run.PolicyId, run.Status }).Select(group => new { group.Key.PolicyId, group.Key.Status, Count = group.Count() })
            .ToListAsync(cancel);
        return policies.ConvertAll(policy => Describe(policy, disks.GetValueOrDefault(policy.Id), Counts(policy.Id)));

        PolicyRunCounts Counts(string policyId)
        {
            int Of(params ReadOnlySpan<PolicyRunStatus> statuses)
            {
                var count = 0;
                foreach (var status in statuses) count += last.Find(each => each.PolicyId == policyId && each.Status == status)?.Count ?? 0;
                return count;
            }

            return new(Of(PolicyRunStatus.Done), Of(PolicyRunStatus.Skipped), Of(PolicyRunStatus.Failed), Of(PolicyRunStatus.Waiting, PolicyRunStatus.Running));
        }
    }

    private static AutoSnapshotPolicyInfo Describe(AutoSnapshotPolicy policy, int disks, PolicyRunCounts last) => new()
    {
        AutoSnapshotPolicyId = policy.Id,
        AutoSnapshotPolicyName = policy.Name,
        RegionId = policy.RegionId,
        TimePoints = PolicyRules.ToJson(policy.Hours),
        RepeatWeekdays = PolicyRules.ToJson(policy.Weekdays),
        RetentionDays = policy.RetentionDays ?? PolicyRules.ForEver,
        Status = "Normal",
        Type = "Custom",
        AssociationType = "AssociatedWithDisk",
        DiskNums = disks,
        VolumeNums = 0,
        EnableCrossRegionCopy = false,
        CopiedSnapshotsRetentionDays = PolicyRules.ForEver,
        TargetCopyRegions = "[]",
        CreationTime = policy.CreatedAt,
        Hours = [.. Schedule.Members(policy.Hours)],
        Weekdays = [.. Schedule.Members(policy.Weekdays)],
        TimeZone = policy.TimeZoneId,
        Enabled = policy.IsEnabled,
        NextRunTime = policy.NextRunAt,
        LastRuns = last,
    };
}
