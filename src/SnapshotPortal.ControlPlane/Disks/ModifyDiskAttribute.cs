using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Changes what people call a disk, and what goes with it and with its instance; null leaves a member as it is. Of several disks all or none.</summary>
public sealed record ModifyDiskAttribute(string? DiskId = null) : IOperation<Done>
{
    /// <summary>1–100 disks in place of <see cref="DiskId"/>.</summary>
    public IReadOnlyList<string>? DiskIds { get; init; }

    public string? DiskName { get; init; }

    public string? Description { get; init; }

    public bool? DeleteAutoSnapshot { get; init; }

    public bool? DeleteWithInstance { get; init; }

    /// <summary>Accepted without effect: policies are taken from disks one by one.</summary>
    public bool? EnableAutoSnapshot { get; init; }
}

internal sealed class ModifyDiskAttributeHandler(PortalDb db) : IHandler<ModifyDiskAttribute, Done>
{
    private const int DisksMax = 100;

    public async Task<Done> RunAsync(ModifyDiskAttribute request, Caller caller, CancellationToken cancel)
    {
        if (request is { DiskName: null, Description: null, DeleteAutoSnapshot: null, DeleteWithInstance: null, EnableAutoSnapshot: null }) throw new OperationException(DiskErrors.NothingToModify);
        DiskRules.RequireName(request.DiskName);
        DiskRules.RequireDescription(request.Description, 404);
        foreach (var id in IdsOf(request)) Change(await db.Disks.GetAsync(caller, id, cancel), request);
        return Done.Instance;
    }

    private static IReadOnlyList<string> IdsOf(ModifyDiskAttribute request) => (request.DiskId, request.DiskIds) switch
    {
        ({ Length: > 0 }, { Count: > 0 }) => throw new OperationException(DiskErrors.DiskIdAndDiskIds, nameof(request.DiskIds)),
        ({ Length: > 0 } id, _) => [id],
        (_, { Count: > DisksMax }) => throw new OperationException(DiskErrors.TooManyIds, nameof(request.DiskIds)),
        (_, { Count: > 0 } ids) => ids,
        _ => throw new OperationException(DiskErrors.NoDiskId, nameof(request.DiskId)),
    };

    private static void Change(Disk disk, ModifyDiskAttribute request)
    {
        disk.Name = request.DiskName ?? disk.Name;
        disk.Description = request.Description ?? disk.Description;
        disk.DeleteAutoSnapshot = request.DeleteAutoSnapshot ?? disk.DeleteAutoSnapshot;
        disk.DeleteWithInstance = request.DeleteWithInstance ?? disk.DeleteWithInstance;
    }
}
