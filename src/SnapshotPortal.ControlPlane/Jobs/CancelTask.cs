using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Stops a background job, as <see cref="CancelJob"/> does, under its ECS name.</summary>
public sealed record CancelTask(string RegionId, string TaskId) : IOperation<Done>;

internal sealed class CancelTaskHandler(PortalDb db, PortalOptions options, CancelJobHandler jobs) : IHandler<CancelTask, Done>
{
    public async Task<Done> RunAsync(CancelTask request, Caller caller, CancellationToken cancel)
    {
        options.TaskRegion(request.RegionId);
        var job = await db.Jobs.GetAsync(caller, request.TaskId, cancel);
        if (job is { IsUnfinished: true, CanCancel: false, CancelRequested: false }) throw new OperationException(JobErrors.KindNotCancellable, nameof(request.TaskId));
        return await jobs.RunAsync(new(request.TaskId), caller, cancel);
    }
}
