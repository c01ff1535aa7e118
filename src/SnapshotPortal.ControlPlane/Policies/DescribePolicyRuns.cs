using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>The runs of the caller's policies on each disk, newest first. Filters are ANDed. Runs of the last 90 days are kept.</summary>
[PortalOnly]
public sealed record DescribePolicyRuns : IOperation<DescribePolicyRunsResult>, IPagedOperation
{
    public string? AutoSnapshotPolicyId { get; init; }

    public string? DiskId { get; init; }

    public PolicyRunStatus? Status { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribePolicyRunsResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<PolicyRunInfo> Runs);

/// <summary>One run of a policy on one disk.</summary>
public sealed record PolicyRunInfo
{
    public required string RunId { get; init; }
    public required string AutoSnapshotPolicyId { get; init; }
    public required string DiskId { get; init; }

    /// <summary>Empty where the disk has none, or is gone.</summary>
    public required string DiskName { get; init; }
    public required bool DiskExists { get; init; }
    public required PolicyRunStatus Status { get; init; }

    /// <summary>The slot.</summary>
    public required DateTimeOffset DueTime { get; init; }

    /// <summary>The first slot that it makes up for; <see cref="DueTime"/> where it was on time.</summary>
    public required DateTimeOffset FirstDueTime { get; init; }

    /// <summary>How many missed slots it makes up for.</summary>
    public required int MissedRuns { get; init; }
    public required DateTimeOffset StartTime { get; init; }
    public required DateTimeOffset? EndTime { get; init; }

    /// <summary>The snapshot that it made; null also where that is deleted.</summary>
    public required string? SnapshotId { get; init; }

    /// <summary>Why it was skipped or has failed.</summary>
    public required string? ReasonCode { get; init; }
    public required string? Reason { get; init; }
}

/// <summary>The states of a run.</summary>
public enum PolicyRunStatus
{
    /// <summary>Due; it begins in a moment.</summary>
    Waiting,

    /// <summary>Its snapshot is frozen and being uploaded.</summary>
    Running,

    /// <summary>Its snapshot is accomplished.</summary>
    Done,
    Skipped,
    Failed,
}

internal sealed class DescribePolicyRunsHandler(PortalDb db) : IHandler<DescribePolicyRuns, DescribePolicyRunsResult>
{
    public async Task<DescribePolicyRunsResult> RunAsync(DescribePolicyRuns request, Caller caller, CancellationToken cancel)
    {
        var runs = db.PolicyRuns.AsNoTracking().Where(run => run.AccountId == caller.AccountId);
        if (request.AutoSnapshotPolicyId is { Length: > 0 } policyId) runs = runs.Where(run => run.PolicyId == policyId);
        if (request.DiskId is { Length: > 0 } diskId) runs = runs.Where(run => run.DiskId == diskId);
        if (request.Status is { } status) runs = runs.Where(run => run.Status == status);
        var part = await runs.PartAsync(request, caller, 1, 100, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, await DescribeAsync(part.Items, cancel));
    }

    private async Task<IReadOnlyList<PolicyRunInfo>> DescribeAsync(List<PolicyRun> runs, CancellationToken cancel)
    {
        var diskIds = runs.Select(run => run.DiskId).Distinct().ToList();
        var disks = await db.Disks.Where(disk => diskIds.Contains(disk.Id) && !disk.IsReleased).ToDictionaryAsync(disk => disk.Id, disk => disk.Name, cancel);
        var snapshotIds = runs.ConvertAll(run => run.SnapshotId);
        var snapshots = await db.Snapshots.Where(snapshot => snapshotIds.Contains(snapshot.Id) && !snapshot.IsDeleted).Select(snapshot => snapshot.Id).ToHashSetAsync(cancel);
        return runs.ConvertAll(run => new PolicyRunInfo
        {
            RunId = run.Id,
            AutoSnapshotPolicyId = run.PolicyId,
            DiskId = run.DiskId,
            DiskName = disks.GetValueOrDefault(run.DiskId, ""),
            DiskExists = disks.ContainsKey(run.DiskId),
            Status = run.Status,
            DueTime = run.DueAt,
            FirstDueTime = run.FirstDueAt,
            MissedRuns = run.MissedCount,
            StartTime = run.CreatedAt,
            EndTime = run.EndedAt,
            SnapshotId = run.SnapshotId is not null && snapshots.Contains(run.SnapshotId) ? run.SnapshotId : null,
            ReasonCode = run.ReasonCode,
            Reason = run.Reason,
        });
    }
}
