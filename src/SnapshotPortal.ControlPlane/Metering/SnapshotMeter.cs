using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>What an account's snapshots of one kind take in a region now.</summary>
internal readonly record struct Measured(string AccountId, string RegionId, MeterKind Kind, long Bytes);

/// <summary>
/// Measures what snapshots really occupy, and tells it to accounts so that the sum is what the stores hold.
/// </summary>
/// <remarks>
/// Normal: a stored chunk or manifest page is told to the oldest snapshot that refers to it, once, whatever its account; what
/// belongs to no snapshot is the portal's.
/// Local: what would go out of use in the pool if the account's local snapshots were all deleted, after everything else that only
/// waits there (uploads under way, kept states of roll backs) is gone. Accounts share nothing in a pool, so these figures add up.
/// </remarks>
internal sealed class SnapshotMeter(PortalDb db, PortalOptions options, ZonePools pools, RegionRepositories repositories)
{
    private const int TriesMax = 5;

    public async Task<IReadOnlyList<Measured>> MeasureAsync(CancellationToken cancel)
    {
        var measured = new List<Measured>();
        foreach (var region in options.Regions)
        {
            measured.AddRange(await MeasureNormalAsync(region.RegionId, cancel));
            foreach (var zone in region.Zones) measured.AddRange(await MeasureLocalAsync(region.RegionId, zone, cancel));
        }

        return [.. measured.GroupBy(each => (each.AccountId, each.RegionId, each.Kind))
            .Select(group => new Measured(group.Key.AccountId, group.Key.RegionId, group.Key.Kind, group.Sum(each => each.Bytes)))
            .Where(each => each.Bytes > 0)];
    }

    private async Task<IEnumerable<Measured>> MeasureNormalAsync(string regionId, CancellationToken cancel)
    {
        // The rows after the store: an upload that is accomplished in between would be nobody's otherwise.
        var space = await repositories[regionId].MeasureSpaceAsync(cancel);
        var owners = await db.Snapshots.Where(each => each.RegionId == regionId).Select(each => new { each.Id, each.AccountId })
            .ToDictionaryAsync(each => each.Id, each => each.AccountId, StringComparer.Ordinal, cancel);
        return space.Snapshots.Select(each => new Measured(owners.GetValueOrDefault(each.SnapshotId, MeterReading.Portal), regionId, MeterKind.Normal, each.Bytes))
            .Append(new(MeterReading.Portal, regionId, MeterKind.Normal, space.OtherBytes));
    }

    private async Task<IReadOnlyList<Measured>> MeasureLocalAsync(string regionId, string zoneId, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var owners = await db.Snapshots.Where(each => each.ZoneId == zoneId && each.IsLocal && each.IsFrozen).Select(each => new { each.Id, each.AccountId })
                .ToDictionaryAsync(each => each.Id, each => each.AccountId, StringComparer.Ordinal, cancel);
            try
            {
                return MeasureLocal(regionId, pools[zoneId], owners);
            }
            catch (EngineException exception) when (exception.Fault == EngineFault.Missing && attempt < TriesMax) { } // One was deleted meanwhile.
        }
    }

    private static IReadOnlyList<Measured> MeasureLocal(string regionId, Pool pool, Dictionary<string, string> owners)
    {
        if (owners.Count == 0) return [];
        var kept = pool.Snapshots.Select(each => each.Name).ToList();
        var others = kept.Where(name => !owners.ContainsKey(name)).ToList();
        var othersBytes = pool.BytesFreedByDeleting(others);
        return [.. kept.Where(owners.ContainsKey).GroupBy(name => owners[name], StringComparer.Ordinal)
            .Select(own => new Measured(own.Key, regionId, MeterKind.Local, pool.BytesFreedByDeleting([.. others, .. own]) - othersBytes))];
    }
}
