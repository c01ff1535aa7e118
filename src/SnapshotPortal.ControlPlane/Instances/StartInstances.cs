using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Starts several stopped instances: all of them or, with <c>SuccessFirst</c>, those that can be.</summary>
public sealed record StartInstances(string RegionId, IReadOnlyList<string> InstanceId) : IOperation<ManyInstancesResult>
{
    /// <summary><c>AllTogether</c> (also where not given) or <c>SuccessFirst</c>.</summary>
    public string? BatchOptimization { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class StartInstancesHandler(PortalDb db, PortalOptions options, InstancePower power) : IHandler<StartInstances, ManyInstancesResult>
{
    public async Task<ManyInstancesResult> RunAsync(StartInstances request, Caller caller, CancellationToken cancel)
    {
        var instances = await db.FindAllAsync(options, request.RegionId, request.InstanceId, caller, cancel);
        var answers = await ManyInstances.RunAsync(instances, request.BatchOptimization, instance => power.StartAsync(db, instance, cancel), InstanceStatus.Running);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return new(answers);
    }
}
