using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Exports;

internal static class ExportOperations
{
    public static void Register(OperationTable table) => table
        .Add<ConnectInstance, ConnectInstanceResult, ConnectInstanceHandler>(Access.Operator, Effect.Change, (request, _) => request.InstanceId)
        .Add<ServeSnapshot, ServeSnapshotResult, ServeSnapshotHandler>(Access.Operator, Effect.Change, (request, _) => request.SnapshotId)
        .Add<StopServingSnapshot, Done, StopServingSnapshotHandler>(Access.Operator, Effect.Change, (request, _) => request.SnapshotId)
        .Add<DescribeExports, DescribeExportsResult, DescribeExportsHandler>(Access.Viewer, Effect.Read);
}
