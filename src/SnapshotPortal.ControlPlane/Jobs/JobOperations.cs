using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

internal static class JobOperations
{
    public static void Register(OperationTable table) => table
        .Add<DescribeJobs, DescribeJobsResult, DescribeJobsHandler>(Access.Viewer, Effect.Read)
        .Add<CancelJob, Done, CancelJobHandler>(Access.Operator, Effect.Change, (request, _) => request.JobId)
        .Add<DescribeTasks, DescribeTasksResult, DescribeTasksHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeTaskAttribute, DescribeTaskAttributeResult, DescribeTaskAttributeHandler>(Access.Viewer, Effect.Read)
        .Add<CancelTask, Done, CancelTaskHandler>(Access.Operator, Effect.Change, (request, _) => request.TaskId)
        .Add<RetryJob, Done, RetryJobHandler>(Access.Operator, Effect.Change, (request, _) => request.JobId);
}
