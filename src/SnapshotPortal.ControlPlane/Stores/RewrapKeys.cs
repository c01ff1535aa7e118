using System.Globalization;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Wraps all keys, in the database and in the repositories, under the first of the configured key-encryption keys; content is not touched.</summary>
[PortalOnly]
public sealed record RewrapKeys : IOperation<StoreCheckStarted>;

internal sealed class RewrapKeysHandler(DiskKeys keys, StoreChecks checks) : IHandler<RewrapKeys, StoreCheckStarted>
{
    public Task<StoreCheckStarted> RunAsync(RewrapKeys request, Caller caller, CancellationToken cancel)
    {
        if (keys.Ring is null) throw new OperationException(StoreErrors.NoKeys);
        return Task.FromResult(checks.Add(JobKind.RewrapKeys, ""));
    }
}

internal sealed class RewrapKeysWork(PortalDb db, PortalOptions options, DiskKeys keys, RegionRepositories repositories, TimeProvider time) : StoreWork(db, time)
{
    protected override async Task<StoreResult> RunAsync(StoreCheck check, JobProgress progress, CancellationToken cancel)
    {
        List<string> findings = [];
        await using (var write = await Db.BeginWriteAsync(cancel))
        {
            findings.Add(Tell(await keys.RewrapAsync(Db, cancel), "the database"));
            await write.CommitAsync();
        }

        foreach (var region in options.Regions) findings.Add(Tell(await repositories[region.RegionId].RewrapKeysAsync(cancel), $"the repository of {region.RegionId}"));
        return new(IsSound: true, findings);
    }

    private static string Tell(int count, string where) => string.Create(CultureInfo.InvariantCulture, $"{count} keys were wrapped anew in {where}.");
}
