using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

internal static class PolicyOperations
{
    public static void Register(OperationTable table) => table
        .Add<CreateAutoSnapshotPolicy, CreateAutoSnapshotPolicyResult, CreateAutoSnapshotPolicyHandler>(Access.OwnerOrAdministrator, Effect.Change, (_, result) => result?.AutoSnapshotPolicyId)
        .Add<ModifyAutoSnapshotPolicyEx, Done, ModifyAutoSnapshotPolicyExHandler>(Access.OwnerOrAdministrator, Effect.Change, (request, _) => request.AutoSnapshotPolicyId)
        .Add<DeleteAutoSnapshotPolicy, Done, DeleteAutoSnapshotPolicyHandler>(Access.OwnerOrAdministrator, Effect.Change, (request, _) => request.AutoSnapshotPolicyId)
        .Add<ApplyAutoSnapshotPolicy, Done, ApplyAutoSnapshotPolicyHandler>(Access.OwnerOrAdministrator, Effect.Change, (request, _) => request.AutoSnapshotPolicyId)
        .Add<CancelAutoSnapshotPolicy, Done, CancelAutoSnapshotPolicyHandler>(Access.OwnerOrAdministrator, Effect.Change, (request, _) => request.AutoSnapshotPolicyId)
        .Add<DescribeAutoSnapshotPolicyEx, DescribeAutoSnapshotPolicyExResult, DescribeAutoSnapshotPolicyExHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeAutoSnapshotPolicyAssociations, DescribeAutoSnapshotPolicyAssociationsResult, DescribeAutoSnapshotPolicyAssociationsHandler>(Access.Viewer, Effect.Read)
        .Add<DescribePolicyRuns, DescribePolicyRunsResult, DescribePolicyRunsHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeProtection, DescribeProtectionResult, DescribeProtectionHandler>(Access.Viewer, Effect.Read)
        .Add<PreviewSchedule, PreviewScheduleResult, PreviewScheduleHandler>(Access.Viewer, Effect.Read)
        .Add<TakePolicySnapshot, Done, TakePolicySnapshotHandler>(Access.Unattended, Effect.Change, (request, _) => request.RunId)
        .Add<RemoveExpiredSnapshots, Done, RemoveExpiredSnapshotsHandler>(Access.Unattended, Effect.Change, (request, _) => request.DiskId);

    public static void RegisterJobs(IServiceCollection services) => services.AddSingleton<TakeDueSnapshots>().AddSingleton<ExpireSnapshots>();
}
