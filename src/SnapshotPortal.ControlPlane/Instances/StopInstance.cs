using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Stops a running instance: the connections to its disks are closed. Whoever writes to them has to unmount before.</summary>
public sealed record StopInstance(string InstanceId) : IOperation<Done>
{
    /// <summary><c>KeepCharging</c> or <c>StopCharging</c>.</summary>
    public string? StoppedMode { get; init; }

    /// <summary>The machine is the user's own and cannot be asked to shut down: every stop is a power-off.</summary>
    public bool ForceStop { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class StopInstanceHandler(PortalDb db, InstancePower power) : IHandler<StopInstance, Done>
{
    public async Task<Done> RunAsync(StopInstance request, Caller caller, CancellationToken cancel)
    {
        InstanceRules.RequireStoppedMode(request.StoppedMode);
        await power.StopAsync(db, await db.Instances.GetAsync(caller, request.InstanceId, cancel), request.StoppedMode, cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }
}
