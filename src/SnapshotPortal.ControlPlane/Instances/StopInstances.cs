using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Stops several running instances: all of them or, with <c>SuccessFirst</c>, those that can be.</summary>
public sealed record StopInstances(string RegionId, IReadOnlyList<string> InstanceId) : IOperation<ManyInstancesResult>
{
    /// <summary><c>AllTogether</c> (also where not given) or <c>SuccessFirst</c>.</summary>
    public string? BatchOptimization { get; init; }

    public string? StoppedMode { get; init; }

    public bool ForceStop { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class StopInstancesHandler(PortalDb db, PortalOptions options, InstancePower power) : IHandler<StopInstances, ManyInstancesResult>
{
    public async Task<ManyInstancesResult> RunAsync(StopInstances request, Caller caller, CancellationToken cancel)
    {
        InstanceRules.RequireStoppedMode(request.StoppedMode);
        var instances = await db.FindAllAsync(options, request.RegionId, request.InstanceId, caller, cancel);
        var answers = await ManyInstances.RunAsync(instances, request.BatchOptimization, instance => power.StopAsync(db, instance, request.StoppedMode, cancel), InstanceStatus.Stopping);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return new(answers);
    }
}
