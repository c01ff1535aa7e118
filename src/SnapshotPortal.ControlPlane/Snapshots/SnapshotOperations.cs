using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

internal static class SnapshotOperations
{
    public static void Register(OperationTable table) => table
        .Add<CreateSnapshot, CreateSnapshotResult, CreateSnapshotHandler>(Access.Operator, Effect.Change, (_, result) => result?.SnapshotId)
        .Add<DescribeSnapshots, DescribeSnapshotsResult, DescribeSnapshotsHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeSnapshotsUsage, DescribeSnapshotsUsageResult, DescribeSnapshotsUsageHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeSnapshotLinks, DescribeSnapshotLinksResult, DescribeSnapshotLinksHandler>(Access.Viewer, Effect.Read)
        .Add<ModifySnapshotAttribute, Done, ModifySnapshotAttributeHandler>(Access.Operator, Effect.Change, (request, _) => request.SnapshotId)
        .Add<DeleteSnapshot, Done, DeleteSnapshotHandler>(Access.Operator, Effect.Change, (request, _) => request.SnapshotId)
        .Add<OpenSnapshotContent, OpenContent, OpenSnapshotContentHandler>(Access.Viewer, Effect.Content);

    public static void RegisterJobs(IServiceCollection services) => services
        .AddSingleton<EndInstantAccess>()
        .AddKeyedScoped<IJobWork, UploadSnapshot>(JobKind.UploadSnapshot)
        .AddKeyedScoped<IJobWork, PurgeSnapshot>(JobKind.PurgeSnapshot);
}
