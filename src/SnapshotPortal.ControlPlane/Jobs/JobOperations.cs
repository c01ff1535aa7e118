using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

internal static class JobOperations
{
    public static void Register(OperationTable table) => table
        .Add<DescribeJobs, DescribeJobsResult, DescribeJobsHandler>(Access.Viewer, Effect.Read)
        .Add<CancelJob, Done, CancelJobHandler>(Access.Operator, Effect.Change, (request, _) => request.JobId)
        .Add<RetryJob, Done, RetryJobHandler>(Access.Operator, Effect.Change, (request, _) => request.JobId);
}
