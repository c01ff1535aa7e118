using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Start;

/// <summary>
/// Brings the pools in line with the database after a kill between the two: the pool's part of an operation comes first,
/// so there may be disks and local snapshots that no row names, never the other way round.
/// </summary>
internal sealed partial class Reconciliation(PortalDb db, ZonePools pools, DiskKeys keys, DiskLimits limits, InstancePower power, RegionRepositories repositories, JobQueue jobs, ILogger<Reconciliation> log)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var disks = await db.Disks.Select(disk => disk.Body ?? disk.Id)
            .Concat(db.DiskRollBacks.Where(each => each.KeptBody != null).Select(each => each.KeptBody!)).ToHashSetAsync(StringComparer.Ordinal, cancel);
        var frozen = await db.Snapshots.Where(snapshot => snapshot.IsFrozen).Select(snapshot => snapshot.Id).ToHashSetAsync(StringComparer.Ordinal, cancel);
        RefuseForeignDatabase(disks);
        foreach (var (zoneId, pool) in pools.All)
        {
            foreach (var snapshot in pool.Snapshots.Where(each => !frozen.Contains(each.Name)).ToList()) pool.DeleteSnapshot(snapshot.Name);
            foreach (var disk in pool.Disks.Where(each => !disks.Contains(each.Name)).ToList()) Remove(zoneId, pool, disk);
            await HandInBasesAsync(pool, cancel);
            foreach (var disk in await db.Disks.AsNoTracking().Where(each => each.ZoneId == zoneId && !each.IsReleased).ToListAsync(cancel)) limits.Apply(disk);
        }

        await keys.UnlockAsync(db, cancel);

        await using var write = await db.BeginWriteAsync(cancel);
        await TakeOverSizesAsync(cancel);
        await power.ResumeAsync(db, cancel);
        await PurgeSnapshot.ResumeAsync(db, pools, jobs, cancel);
        await write.CommitAsync();
    }

    /// <summary>Disks that were enlarged in the pool when the portal was killed have that size: it cannot be taken back.</summary>
    private async Task TakeOverSizesAsync(CancellationToken cancel)
    {
        foreach (var disk in await db.Disks.Where(disk => !disk.IsReleased).ToListAsync(cancel))
        {
            if (pools.All.Any(zone => zone.Key == disk.ZoneId) && pools.FindBody(disk) is { } body && body.LengthBytes > disk.LengthBytes)
                disk.SizeGiB = (int)(body.LengthBytes >> 30);
        }
    }

    /// <summary>Disks that are not whole read from their snapshots again.</summary>
    private async Task HandInBasesAsync(Pool pool, CancellationToken cancel)
    {
        var names = pool.Bases;
        foreach (var snapshot in await db.Snapshots.AsNoTracking().Where(each => names.Contains(each.Id)).ToListAsync(cancel))
            pool.HandInBase(snapshot.Id, repositories.BaseOf(snapshot));
    }

    /// <summary>A new or restored database beside full pools: what it does not know must not be taken for left-overs.</summary>
    private void RefuseForeignDatabase(HashSet<string> disks)
    {
        var inPools = pools.All.Sum(zone => zone.Value.Disks.Count(disk => HasContent(zone.Value, disk, BeginningOf(disk))));
        if (disks.Count == 0 && inPools > 0)
            throw new PortalStartException($"The database knows no disk, but the pools hold {inPools} disks with content. Bring portal.db back from a backup, or move the directory 'pools' away.");
    }

    /// <summary>Nothing with content is ever removed without somebody asking for it.</summary>
    private void Remove(string zoneId, Pool pool, PoolDisk disk)
    {
        // What a snapshot holds that it was made from is not its own.
        if (HasContent(pool, disk, disk.GoesOnFrom?.Epoch ?? BeginningOf(disk))) LogUnknownDisk(zoneId, disk.Name);
        else pool.DeleteDisk(disk.Name);
    }

    /// <summary>What its base holds is not its own.</summary>
    private static uint BeginningOf(PoolDisk disk) => disk.BaseName is null ? 0 : PoolDisk.BaseEpoch;

    private static bool HasContent(Pool pool, PoolDisk disk, uint since)
    {
        if (since == 0) return disk.Extents(0, disk.LengthBytes).Any(extent => extent.Kind == ExtentKind.Data);
        var mark = $"{disk.Name}.content";
        try
        {
            return (pool.FindSnapshot(mark) ?? pool.TakeSnapshot(disk.Name, mark)).ChangedSince(since).Any(extent => extent.Kind == ExtentKind.Data);
        }
        finally
        {
            pool.DeleteSnapshot(mark);
        }
    }

    [LoggerMessage(1310, LogLevel.Warning, "The pool of zone {ZoneId} holds a disk {DiskId} that the database does not know; it is left alone")]
    private partial void LogUnknownDisk(string zoneId, string diskId);
}
