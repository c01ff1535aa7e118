using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

internal static class InstanceOperations
{
    public static void Register(OperationTable table) => table
        .Add<RunInstances, RunInstancesResult, RunInstancesHandler>(Access.Operator, Effect.Change, (_, result) => result?.InstanceIdSets[0])
        .Add<CreateInstance, CreateInstanceResult, CreateInstanceHandler>(Access.Operator, Effect.Change, (_, result) => result?.InstanceId)
        .Add<DescribeInstances, DescribeInstancesResult, DescribeInstancesHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeInstanceStatus, DescribeInstanceStatusResult, DescribeInstanceStatusHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeInstanceTypes, DescribeInstanceTypesResult, DescribeInstanceTypesHandler>(Access.SignedIn, Effect.Read)
        .Add<StartInstance, Done, StartInstanceHandler>(Access.Operator, Effect.Change, (request, _) => request.InstanceId)
        .Add<StopInstance, Done, StopInstanceHandler>(Access.Operator, Effect.Change, (request, _) => request.InstanceId)
        .Add<RebootInstance, Done, RebootInstanceHandler>(Access.Operator, Effect.Change, (request, _) => request.InstanceId)
        .Add<StartInstances, ManyInstancesResult, StartInstancesHandler>(Access.Operator, Effect.Change, (request, _) => FirstOf(request.InstanceId))
        .Add<StopInstances, ManyInstancesResult, StopInstancesHandler>(Access.Operator, Effect.Change, (request, _) => FirstOf(request.InstanceId))
        .Add<ModifyInstanceAttribute, Done, ModifyInstanceAttributeHandler>(Access.Operator, Effect.Change, (request, _) => request.InstanceId)
        .Add<DeleteInstance, Done, DeleteInstanceHandler>(Access.Operator, Effect.Change, (request, _) => request.InstanceId)
        .Add<DeleteInstances, Done, DeleteInstancesHandler>(Access.Operator, Effect.Change, (request, _) => FirstOf(request.InstanceId));

    private static string? FirstOf(IReadOnlyList<string> ids) => ids.Count > 0 ? ids[0] : null;
}
