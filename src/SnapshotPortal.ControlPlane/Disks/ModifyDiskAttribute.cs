using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Changes what people call a disk; null leaves a member as it is.</summary>
public sealed record ModifyDiskAttribute(string DiskId) : IOperation<Done>
{
    public string? DiskName { get; init; }

    public string? Description { get; init; }

    public bool? DeleteAutoSnapshot { get; init; }

    public bool? DeleteWithInstance { get; init; }
}

internal sealed class ModifyDiskAttributeHandler(PortalDb db) : IHandler<ModifyDiskAttribute, Done>
{
    public async Task<Done> RunAsync(ModifyDiskAttribute request, Caller caller, CancellationToken cancel)
    {
        if (request is { DiskName: null, Description: null, DeleteAutoSnapshot: null, DeleteWithInstance: null }) throw new OperationException(DiskErrors.NothingToModify);
        DiskRules.RequireName(request.DiskName);
        DiskRules.RequireDescription(request.Description, 404);
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        disk.Name = request.DiskName ?? disk.Name;
        disk.Description = request.Description ?? disk.Description;
        disk.DeleteAutoSnapshot = request.DeleteAutoSnapshot ?? disk.DeleteAutoSnapshot;
        disk.DeleteWithInstance = request.DeleteWithInstance ?? disk.DeleteWithInstance;
        return Done.Instance;
    }
}
