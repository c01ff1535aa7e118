using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

internal static class DiskOperations
{
    public static void Register(OperationTable table) => table
        .Add<CreateDisk, CreateDiskResult, CreateDiskHandler>(Access.Operator, Effect.Change, (_, result) => result?.DiskId)
        .Add<DescribeDisks, DescribeDisksResult, DescribeDisksHandler>(Access.Viewer, Effect.Read)
        .Add<ModifyDiskAttribute, Done, ModifyDiskAttributeHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId ?? (request.DiskIds is [var only] ? only : null))
        .Add<ModifyDiskSpec, ModifyDiskSpecResult, ModifyDiskSpecHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<AttachDisk, Done, AttachDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<DetachDisk, Done, DetachDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<ResizeDisk, ResizeDiskResult, ResizeDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<ResetDisk, ResetDiskResult, ResetDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<ResetDisks, ResetDisksResult, ResetDisksHandler>(Access.Operator, Effect.Change, (request, _) => request.Disk is [var only] ? only.DiskId : null)
        .Add<ReInitDisk, ResetDiskResult, ReInitDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<UndoResetDisk, ResetDiskResult, UndoResetDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<DescribeRollBacks, DescribeRollBacksResult, DescribeRollBacksHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeRollBack, RollBackConsequences, DescribeRollBackHandler>(Access.Viewer, Effect.Content)
        .Add<DeleteDisk, Done, DeleteDiskHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<CreateDiskUpload, CreateDiskUploadResult, CreateDiskUploadHandler>(Access.Operator, Effect.Change, (request, _) => request.DiskId)
        .Add<PutDiskUploadPart, Done, PutDiskUploadPartHandler>(Access.Operator, Effect.Content)
        .Add<DescribeDiskUpload, DiskUploadInfo, DescribeDiskUploadHandler>(Access.Viewer, Effect.Read)
        .Add<CompleteDiskUpload, Done, CompleteDiskUploadHandler>(Access.Operator, Effect.Change, (request, _) => request.UploadId)
        .Add<AbortDiskUpload, Done, AbortDiskUploadHandler>(Access.Operator, Effect.Change, (request, _) => request.UploadId)
        .Add<OpenDiskContent, OpenContent, OpenDiskContentHandler>(Access.Viewer, Effect.Content);

    public static void RegisterJobs(IServiceCollection services) => services
        .AddScoped<DiskBodies>()
        .AddScoped<RollBacks>()
        .AddSingleton<DropKeptStates>()
        .AddHostedService<DiskUpkeep>()
        .AddKeyedScoped<IJobWork, FillDisk>(JobKind.FillDisk)
        .AddKeyedScoped<IJobWork, LimitDisk>(JobKind.ModifyDiskSpec)
        .AddKeyedScoped<IJobWork, PurgeDisk>(JobKind.PurgeDisk);
}
