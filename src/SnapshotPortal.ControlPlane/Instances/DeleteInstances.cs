using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Releases several instances, all or none.</summary>
public sealed record DeleteInstances(string RegionId, IReadOnlyList<string> InstanceId) : IOperation<Done>, IRepeatableOperation
{
    /// <summary>Also while they are running.</summary>
    public bool Force { get; init; }

    public bool DryRun { get; init; }

    public string? ClientToken { get; init; }
}

internal sealed class DeleteInstancesHandler(PortalDb db, PortalOptions options, InstanceRelease release) : IHandler<DeleteInstances, Done>
{
    public async Task<Done> RunAsync(DeleteInstances request, Caller caller, CancellationToken cancel)
    {
        await release.RunAsync(await db.FindAllAsync(options, request.RegionId, request.InstanceId, caller, cancel), request.Force, caller, cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }
}
