using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>What was done about stores, newest first.</summary>
[PortalOnly]
public sealed record DescribeStoreChecks : IOperation<DescribeStoreChecksResult>, IPagedOperation
{
    public string? CheckId { get; init; }

    public string? StoreId { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribeStoreChecksResult(int TotalCount, int PageNumber, int PageSize, IReadOnlyList<StoreCheckInfo> Checks);

public sealed record StoreCheckInfo
{
    public required string CheckId { get; init; }
    public required JobKind Kind { get; init; }

    /// <summary>A region for a repository, a zone for a pool; empty where it is about all.</summary>
    public required string StoreId { get; init; }
    public required string? SnapshotId { get; init; }

    /// <summary>How much of the content was to be read.</summary>
    public required int Percent { get; init; }
    public required bool IsDryRun { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset? FinishedTime { get; init; }

    /// <summary>Null until it has a result.</summary>
    public required bool? IsSound { get; init; }
    public required long CheckedBytes { get; init; }

    /// <summary>What there was to look at; of a sweep, what stays.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>What was given back, or would be.</summary>
    public required long FreedBytes { get; init; }

    /// <summary>The first of what was found.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
    public required int FindingCount { get; init; }
    public required string? ErrorMessage { get; init; }

    /// <summary>0–100 while it runs, and whether it still waits.</summary>
    public required JobStatus Status { get; init; }
    public required int Percentage { get; init; }

    /// <summary>The share of the content that was read, 0–1.</summary>
    public double Coverage => TotalBytes == 0 ? 1 : (double)CheckedBytes / TotalBytes;
}

internal sealed class DescribeStoreChecksHandler(PortalDb db, JobQueue queue) : IHandler<DescribeStoreChecks, DescribeStoreChecksResult>
{
    public async Task<DescribeStoreChecksResult> RunAsync(DescribeStoreChecks request, Caller caller, CancellationToken cancel)
    {
        var checks = db.StoreChecks.AsNoTracking();
        if (request.CheckId is { Length: > 0 } id) checks = checks.Where(check => check.Id == id);
        if (request.StoreId is { Length: > 0 } storeId) checks = checks.Where(check => check.StoreId == storeId);
        var part = await checks.PartAsync(request, caller, 1, 100, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, await DescribeAsync(db, queue, part.Items, cancel));
    }

    public static async Task<IReadOnlyList<StoreCheckInfo>> DescribeAsync(PortalDb db, JobQueue queue, List<StoreCheck> checks, CancellationToken cancel)
    {
        var ids = checks.ConvertAll(check => check.JobId);
        var jobs = await db.Jobs.AsNoTracking().Where(job => ids.Contains(job.Id)).ToDictionaryAsync(job => job.Id, cancel);
        return checks.ConvertAll(check => Describe(check, jobs.GetValueOrDefault(check.JobId), queue));
    }

    private static StoreCheckInfo Describe(StoreCheck check, Job? job, JobQueue queue) => new()
    {
        CheckId = check.Id,
        Kind = check.Kind,
        StoreId = check.StoreId,
        SnapshotId = check.SnapshotId,
        Percent = (int)Math.Round(check.Share * 100),
        IsDryRun = check.IsDryRun,
        CreationTime = check.CreatedAt,
        FinishedTime = check.FinishedAt,
        IsSound = check.IsSound,
        CheckedBytes = check.CheckedBytes,
        TotalBytes = check.TotalBytes,
        FreedBytes = check.FreedBytes,
        Findings = check.Findings,
        FindingCount = check.FindingCount,
        ErrorMessage = check.ErrorMessage ?? job?.ErrorMessage,
        Status = job is null || (job.IsUnfinished && check.FinishedAt is not null) ? JobStatus.Finished : job.Status,
        Percentage = check.FinishedAt is null && job is { IsUnfinished: true } ? queue.ProgressOf(job).Percent : 100,
    };
}
