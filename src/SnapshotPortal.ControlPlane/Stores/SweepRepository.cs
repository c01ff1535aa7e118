using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Gives back what no snapshot of a repository refers to any more. The portal does so after each deletion; this is for what other tools have left.</summary>
[PortalOnly]
public sealed record SweepRepository(string RegionId) : IOperation<StoreCheckStarted>
{
    /// <summary>Only to tell what would be deleted.</summary>
    public bool DryRun { get; init; }
}

internal sealed class SweepRepositoryHandler(PortalOptions options, StoreChecks checks) : IHandler<SweepRepository, StoreCheckStarted>
{
    public Task<StoreCheckStarted> RunAsync(SweepRepository request, Caller caller, CancellationToken cancel)
        => Task.FromResult(checks.Add(JobKind.SweepRepository, options.Region(request.RegionId).RegionId, isDryRun: request.DryRun));
}

internal sealed class SweepRepositoryWork(PortalDb db, RegionRepositories repositories, TimeProvider time) : StoreWork(db, time)
{
    protected override async Task<StoreResult> RunAsync(StoreCheck check, JobProgress progress, CancellationToken cancel)
    {
        var plan = check.IsDryRun
            ? await repositories[check.StoreId].PlanSweepAsync(cancel)
            : await repositories.SweepAsync(check.StoreId, cancel);
        return new(IsSound: true,
        [
            .. plan.Objects.Select(dead => $"Delete {dead.Name}"),
            .. plan.Rewritten.Select(pack => $"Rewrite {pack.Name}"),
        ])
        {
            FreedBytes = plan.FreedBytes,
            TotalBytes = plan.KeptBytes,
        };
    }
}
