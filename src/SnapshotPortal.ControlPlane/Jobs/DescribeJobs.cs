using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>The background jobs of the caller's account, newest first.</summary>
[PortalOnly]
public sealed record DescribeJobs : IOperation<DescribeJobsResult>, IPagedOperation
{
    public IReadOnlyList<string>? JobIds { get; init; }

    public string? ResourceId { get; init; }

    public JobStatus? Status { get; init; }

    /// <summary>Only those that run or wait.</summary>
    public bool Unfinished { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribeJobsResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<JobInfo> Jobs);

public sealed record JobInfo
{
    public required string JobId { get; init; }
    public required JobKind Kind { get; init; }
    public required string ResourceId { get; init; }

    /// <summary>The name that the resource had when the job was made; empty where it had none.</summary>
    public required string ResourceName { get; init; }
    public required JobStatus Status { get; init; }

    /// <summary>0–100.</summary>
    public required int Percent { get; init; }
    public required long BytesDone { get; init; }

    /// <summary>0 while it is not known.</summary>
    public required long BytesTotal { get; init; }

    /// <summary>Over the last seconds; 0 while nothing moves.</summary>
    public required long BytesPerSecond { get; init; }

    /// <summary>Estimated; null while it cannot be.</summary>
    public required int? SecondsRemaining { get; init; }

    /// <summary>The code of what went wrong last: of a failed job, or of one that waits for another attempt.</summary>
    public required string? ErrorCode { get; init; }
    public required string? ErrorMessage { get; init; }
    public required int Attempts { get; init; }
    public required bool CanCancel { get; init; }
    public required bool CanRetry { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset? StartTime { get; init; }
    public required DateTimeOffset? FinishedTime { get; init; }
}

/// <summary>What jobs do.</summary>
public enum JobKind
{
    /// <summary>Uploads a frozen disk to the repository.</summary>
    UploadSnapshot,

    /// <summary>Removes a snapshot from the repository and its space.</summary>
    PurgeSnapshot,

    /// <summary>Copies to a disk what it still reads from its snapshot.</summary>
    FillDisk,

    /// <summary>Removes a released disk's content.</summary>
    PurgeDisk,

    /// <summary>Holds a disk to what its new category and performance level may do.</summary>
    ModifyDiskSpec,

    /// <summary>Looks for damage in a repository.</summary>
    VerifyRepository,

    /// <summary>Looks for damage in a pool.</summary>
    ScrubPool,

    /// <summary>Gives back what nothing in a repository refers to, or tells what that would be.</summary>
    SweepRepository,

    /// <summary>Wraps all keys under the present key-encryption key.</summary>
    RewrapKeys,

    /// <summary>Gives an account the snapshots of a repository that nobody has.</summary>
    AdoptSnapshots,
}

/// <summary>The states of a job.</summary>
public enum JobStatus
{
    Queued,
    Running,
    Finished,
    Failed,
    Cancelled,
}

internal sealed class DescribeJobsHandler(PortalDb db, JobQueue queue) : IHandler<DescribeJobs, DescribeJobsResult>
{
    public async Task<DescribeJobsResult> RunAsync(DescribeJobs request, Caller caller, CancellationToken cancel)
    {
        var jobs = db.Jobs.AsNoTracking().Where(job => job.AccountId == caller.AccountId);
        if (request.JobIds is { } ids) jobs = jobs.Where(job => ids.Contains(job.Id));
        if (request.ResourceId is { Length: > 0 } resourceId) jobs = jobs.Where(job => job.ResourceId == resourceId);
        if (request.Status is { } status) jobs = jobs.Where(job => job.Status == status);
        if (request.Unfinished) jobs = jobs.Where(job => job.Status == JobStatus.Queued || job.Status == JobStatus.Running);
        var part = await jobs.PartAsync(request, caller, 1, 100, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, part.Items.ConvertAll(job => Describe(job, queue.ProgressOf(job))));
    }

    private static JobInfo Describe(Job job, JobProgress.Sample progress) => new()
    {
        JobId = job.Id,
        Kind = job.Kind,
        ResourceId = job.ResourceId,
        ResourceName = job.ResourceName,
        Status = job.Status,
        Percent = job.Status == JobStatus.Finished ? 100 : progress.Percent,
        BytesDone = progress.BytesDone,
        BytesTotal = progress.BytesTotal,
        BytesPerSecond = progress.BytesPerSecond,
        SecondsRemaining = job.Status == JobStatus.Running ? progress.SecondsRemaining : null,
        ErrorCode = job.ErrorCode,
        ErrorMessage = job.ErrorMessage,
        Attempts = job.Attempts,
        CanCancel = job.CanCancel,
        CanRetry = job.CanRetry,
        CreationTime = job.CreatedAt,
        StartTime = job.StartedAt,
        FinishedTime = job.FinishedAt,
    };
}
