using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Starts a stopped instance: machines can connect to its disks.</summary>
public sealed record StartInstance(string InstanceId) : IOperation<Done>
{
    public bool DryRun { get; init; }
}

internal sealed class StartInstanceHandler(PortalDb db, InstancePower power) : IHandler<StartInstance, Done>
{
    public async Task<Done> RunAsync(StartInstance request, Caller caller, CancellationToken cancel)
    {
        await power.StartAsync(db, await db.Instances.GetAsync(caller, request.InstanceId, cancel), cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }
}
