using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Releases an instance: disks that go with it are released as <see cref="Disks.DeleteDisk"/> does, the others are detached.</summary>
public sealed record DeleteInstance(string InstanceId) : IOperation<Done>
{
    /// <summary>Also while it is running.</summary>
    public bool Force { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class DeleteInstanceHandler(PortalDb db, InstanceRelease release) : IHandler<DeleteInstance, Done>
{
    public async Task<Done> RunAsync(DeleteInstance request, Caller caller, CancellationToken cancel)
    {
        await release.RunAsync([await db.Instances.GetAsync(caller, request.InstanceId, cancel)], request.Force, caller, cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }
}
