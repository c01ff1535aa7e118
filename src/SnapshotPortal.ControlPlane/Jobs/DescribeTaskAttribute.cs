using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>One background job as ECS tells it, with what it works on.</summary>
public sealed record DescribeTaskAttribute(string RegionId, string TaskId) : IOperation<DescribeTaskAttributeResult>;

public sealed record DescribeTaskAttributeResult
{
    public required string RegionId { get; init; }
    public required string TaskId { get; init; }
    public required string TaskAction { get; init; }
    public required string TaskStatus { get; init; }

    /// <summary><c>0%</c>…<c>100%</c>.</summary>
    public required string TaskProcess { get; init; }
    public required string SupportCancel { get; init; }
    public required int TotalCount { get; init; }
    public required int SuccessCount { get; init; }
    public required int FailedCount { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset? FinishedTime { get; init; }
    public required IReadOnlyList<OperationProgressInfo> OperationProgressSet { get; init; }
}

/// <summary>What a task does with one resource.</summary>
public sealed record OperationProgressInfo(string OperationStatus, string? ErrorCode, string? ErrorMsg, IReadOnlyList<RelatedItemInfo> RelatedItemSet);

/// <summary>What it works on, by the name of its parameter.</summary>
public sealed record RelatedItemInfo(string Name, string Value);

internal sealed class DescribeTaskAttributeHandler(PortalDb db, PortalOptions options, JobQueue queue) : IHandler<DescribeTaskAttribute, DescribeTaskAttributeResult>
{
    public async Task<DescribeTaskAttributeResult> RunAsync(DescribeTaskAttribute request, Caller caller, CancellationToken cancel)
    {
        var region = options.TaskRegion(request.RegionId);
        var job = await db.Jobs.AsNoTracking().GetAsync(caller, request.TaskId, cancel);
        var status = TaskWords.StatusOf(job);
        return new()
        {
            RegionId = region,
            TaskId = job.Id,
            TaskAction = job.Kind.ToString(),
            TaskStatus = status,
            TaskProcess = TaskWords.Percent(job.Status == JobStatus.Finished ? 100 : queue.ProgressOf(job).Percent),
            SupportCancel = TaskWords.SupportCancel(job),
            TotalCount = 1,
            SuccessCount = job.Status == JobStatus.Finished ? 1 : 0,
            FailedCount = job.Status is JobStatus.Failed or JobStatus.Cancelled ? 1 : 0,
            CreationTime = job.CreatedAt,
            FinishedTime = job.FinishedAt,
            OperationProgressSet = [new(status, job.ErrorCode, job.ErrorMessage, [new("ResourceId", job.ResourceId)])],
        };
    }
}
