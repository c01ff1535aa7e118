using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Closes the connections to a running instance's disks, as a restart of the machine does; it may connect again at once.</summary>
public sealed record RebootInstance(string InstanceId) : IOperation<Done>
{
    public bool ForceStop { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class RebootInstanceHandler(PortalDb db, InstancePower power) : IHandler<RebootInstance, Done>
{
    public async Task<Done> RunAsync(RebootInstance request, Caller caller, CancellationToken cancel)
    {
        await power.RebootAsync(db, await db.Instances.GetAsync(caller, request.InstanceId, cancel), cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }
}
