using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>The repositories and pools of the installation, how they are, and when they were last looked for damage; and the key-encryption keys.</summary>
[PortalOnly]
public sealed record DescribeStores : IOperation<DescribeStoresResult>;

public sealed record DescribeStoresResult(IReadOnlyList<RepositoryInfo> Repositories, IReadOnlyList<PoolInfo> Pools, IReadOnlyList<KekInfo> Keks);

/// <summary>The repository of a region.</summary>
public sealed record RepositoryInfo
{
    public required string RegionId { get; init; }
    public required string LocalName { get; init; }

    /// <summary>Where it is, in words.</summary>
    public required string Place { get; init; }

    /// <summary>Why it does not answer; null where it does.</summary>
    public required string? Fault { get; init; }
    public required int SnapshotCount { get; init; }
    public required int PackCount { get; init; }
    public required long StoredBytes { get; init; }

    /// <summary>Null of a bucket.</summary>
    public required long? FreeBytes { get; init; }

    /// <summary>The last verification of everything that has a result.</summary>
    public required StoreCheckInfo? LastVerification { get; init; }
    public required StoreCheckInfo? LastSweep { get; init; }
}

/// <summary>The pool of a zone.</summary>
public sealed record PoolInfo
{
    public required string ZoneId { get; init; }
    public required string RegionId { get; init; }
    public required string Directory { get; init; }

    /// <summary>Why it takes no more changes; null where it does.</summary>
    public required string? Fault { get; init; }

    /// <summary>What opening it found damaged.</summary>
    public required string? Damage { get; init; }
    public required int DiskCount { get; init; }
    public required int LockedDiskCount { get; init; }
    public required int SnapshotCount { get; init; }
    public required long AllocatedBytes { get; init; }
    public required long FreeBytes { get; init; }
    public required StoreCheckInfo? LastScrub { get; init; }
}

/// <summary>A key-encryption key.</summary>
/// <param name="KekId">Its name.</param>
/// <param name="IsConfigured">Whether the portal has it.</param>
/// <param name="IsCurrent">Whether new keys are wrapped under it.</param>
/// <param name="KeyCount">How many keys are.</param>
public sealed record KekInfo(string KekId, bool IsConfigured, bool IsCurrent, int KeyCount);

internal sealed class DescribeStoresHandler(PortalDb db, PortalOptions options, ZonePools pools, DiskKeys keys, RegionRepositories repositories, StoreSpaces spaces, JobQueue queue)
    : IHandler<DescribeStores, DescribeStoresResult>
{
    public async Task<DescribeStoresResult> RunAsync(DescribeStores request, Caller caller, CancellationToken cancel)
    {
        var snapshots = await db.Snapshots.Where(snapshot => snapshot.Status == SnapshotStatus.Accomplished && !snapshot.IsLocal && !snapshot.IsDeleted)
            .GroupBy(snapshot => snapshot.RegionId).ToDictionaryAsync(group => group.Key, group => group.Count(), cancel);
        var found = new List<RepositoryInfo>();
        foreach (var region in options.Regions) found.Add(await DescribeAsync(region, snapshots.GetValueOrDefault(region.RegionId), cancel));
        var zones = new List<PoolInfo>();
        foreach (var region in options.Regions)
        {
            foreach (var zoneId in region.Zones) zones.Add(await DescribeAsync(region.RegionId, zoneId, cancel));
        }

        return new(found, zones, await DescribeKeksAsync(cancel));
    }

    private async Task<RepositoryInfo> DescribeAsync(RegionOptions region, int snapshots, CancellationToken cancel)
    {
        var place = repositories.PlaceOf(region);
        var space = await spaces.OfRepositoryAsync(region.RegionId, place);
        return new()
        {
            RegionId = region.RegionId,
            LocalName = region.LocalName,
            Place = place.ToString(),
            Fault = space.Fault,
            SnapshotCount = snapshots,
            PackCount = space.Packs,
            StoredBytes = space.Bytes,
            FreeBytes = space.FreeBytes,
            LastVerification = await LastAsync(JobKind.VerifyRepository, region.RegionId, cancel),
            LastSweep = await LastAsync(JobKind.SweepRepository, region.RegionId, cancel),
        };
    }

    private async Task<PoolInfo> DescribeAsync(string regionId, string zoneId, CancellationToken cancel)
    {
        var (pool, directory) = (pools[zoneId], pools.DirectoryOf(zoneId));
        var space = await spaces.OfPoolAsync(zoneId, directory);
        return new()
        {
            ZoneId = zoneId,
            RegionId = regionId,
            Directory = directory,
            Fault = space.Fault,
            Damage = pool.Damage,
            DiskCount = pool.Disks.Count,
            LockedDiskCount = pool.Disks.Count(disk => disk.IsLocked),
            SnapshotCount = pool.Snapshots.Count,
            AllocatedBytes = space.Bytes,
            FreeBytes = space.FreeBytes ?? 0,
            LastScrub = await LastAsync(JobKind.ScrubPool, zoneId, cancel),
        };
    }

    private async Task<StoreCheckInfo?> LastAsync(JobKind kind, string storeId, CancellationToken cancel)
    {
        var last = await db.StoreChecks.AsNoTracking().Where(check => check.Kind == kind && check.StoreId == storeId && check.SnapshotId == null && check.IsSound != null && !check.IsDryRun)
            .OrderByDescending(check => check.CreatedAt).Take(1).ToListAsync(cancel);
        return (await DescribeStoreChecksHandler.DescribeAsync(db, queue, last, cancel)) is [var info] ? info : null;
    }

    private async Task<IReadOnlyList<KekInfo>> DescribeKeksAsync(CancellationToken cancel)
    {
        var counts = await db.DiskKeys.GroupBy(key => key.KekId).ToDictionaryAsync(group => group.Key, group => group.Count(), StringComparer.Ordinal, cancel);
        IEnumerable<string> configured = keys.Ring?.Ids ?? [];
        return [.. configured.Union(counts.Keys, StringComparer.Ordinal).Select(id => new KekInfo(id, configured.Contains(id), id == keys.Ring?.CurrentId, counts.GetValueOrDefault(id)))];
    }
}
