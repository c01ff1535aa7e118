using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>The background jobs of the caller's account as ECS tells them, newest first. Pages use <see cref="DescribeJobs"/>.</summary>
/// <param name="RegionId">Jobs on disks and snapshots of other regions are left out; what has no place is told in each.</param>
public sealed record DescribeTasks(string RegionId) : IOperation<DescribeTasksResult>, IPagedOperation
{
    public IReadOnlyList<string>? TaskIds { get; init; }

    public IReadOnlyList<string>? ResourceIds { get; init; }

    public string? TaskAction { get; init; }

    /// <summary><c>Finished</c>, <c>Processing</c> or <c>Failed</c>.</summary>
    public string? TaskStatus { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    int? IPagedOperation.MaxResults => null;

    string? IPagedOperation.NextToken => null;
}

public sealed record DescribeTasksResult(string RegionId, int TotalCount, int PageNumber, int PageSize, IReadOnlyList<TaskInfo> TaskSet);

public sealed record TaskInfo(
    string TaskId, string TaskAction, string TaskStatus, string ResourceId, string SupportCancel, DateTimeOffset CreationTime, DateTimeOffset? FinishedTime);

internal sealed class DescribeTasksHandler(PortalDb db, PortalOptions options) : IHandler<DescribeTasks, DescribeTasksResult>
{
    private const int IdsMax = 100;

    public async Task<DescribeTasksResult> RunAsync(DescribeTasks request, Caller caller, CancellationToken cancel)
    {
        var region = options.TaskRegion(request.RegionId);
        var jobs = db.Jobs.AsNoTracking().Where(job => job.AccountId == caller.AccountId)
            .Where(job => !db.Disks.Any(disk => disk.Id == job.ResourceId && disk.RegionId != region) && !db.Snapshots.Any(snapshot => snapshot.Id == job.ResourceId && snapshot.RegionId != region));
        var part = await Filter(jobs, request).OrderByDescending(job => job.CreatedAt).ThenBy(job => job.Id).PageAsync(request, cancel);
        return new(region, part.TotalCount, part.PageNumber, part.PageSize, part.Items.ConvertAll(job => new TaskInfo(
            job.Id, job.Kind.ToString(), TaskWords.StatusOf(job), job.ResourceId, TaskWords.SupportCancel(job), job.CreatedAt, job.FinishedAt)));
    }

    private static IQueryable<Job> Filter(IQueryable<Job> jobs, DescribeTasks request)
    {
        if (request.TaskIds is { Count: > IdsMax }) throw new OperationException(OperationErrors.Invalid("TaskIds", "at most 100 ids"), nameof(request.TaskIds));
        if (request.ResourceIds is { Count: > IdsMax }) throw new OperationException(OperationErrors.Invalid("ResourceIds", "at most 100 ids"), nameof(request.ResourceIds));
        if (request.TaskIds is { Count: > 0 } ids) jobs = jobs.Where(job => ids.Contains(job.Id));
        if (request.ResourceIds is { Count: > 0 } resources) jobs = jobs.Where(job => resources.Contains(job.ResourceId));
        if (request.StartTime is { } start) jobs = jobs.Where(job => job.CreatedAt >= start);
        if (request.EndTime is { } end) jobs = jobs.Where(job => job.CreatedAt <= end);
        if (request.TaskStatus is { Length: > 0 } status)
        {
            var statuses = TaskWords.StatusesOf(status) ?? throw new OperationException(OperationErrors.Invalid("TaskStatus", "Finished, Processing or Failed"), nameof(request.TaskStatus));
            jobs = jobs.Where(job => statuses.Contains(job.Status));
        }

        if (request.TaskAction is not { Length: > 0 } action) return jobs;
        if (!TaskWords.Actions.Contains(action)) throw new OperationException(OperationErrors.Invalid("TaskAction", string.Join(", ", TaskWords.Actions)), nameof(request.TaskAction));
        return Enum.TryParse<JobKind>(action, out var kind) ? jobs.Where(job => job.Kind == kind) : jobs.Where(_ => false);
    }
}

internal static class TaskRegions
{
    /// <summary>The region of that id; tasks refuse an unknown one with another status (SPEC P13).</summary>
    public static string TaskRegion(this PortalOptions options, string regionId)
        => options.Regions.Any(region => region.RegionId == regionId) ? regionId : throw new OperationException(RegionErrors.NotFound with { HttpStatus = 400 }, "RegionId");
}
