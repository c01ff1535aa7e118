using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The pools of the zones: the only door to disks' content. Open from start to stop.</summary>
internal sealed class ZonePools(PortalOptions options, IFileSystem files) : IDisposable
{
    private readonly Dictionary<string, Pool> pools = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, Pool>> All => pools;

    public Pool this[string zoneId] => pools.TryGetValue(zoneId, out var pool)
        ? pool
        : throw new EngineException(EngineFault.Missing, $"The zone {zoneId} is not in the configuration (Portal:Regions) any more; add it again and start the portal.");

    /// <summary>The pool disk that holds a disk's content now; null where it is gone.</summary>
    public PoolDisk? FindBody(Disk disk) => this[disk.ZoneId].FindDisk(disk.BodyName);

    /// <summary>The pool disk that holds a disk's content now.</summary>
    public PoolDisk BodyOf(Disk disk) => FindBody(disk)
        ?? throw new EngineException(EngineFault.Missing, $"The pool of zone {disk.ZoneId} does not hold the disk {disk.Id} ('{disk.BodyName}').");

    /// <summary>What a snapshot keeps in its pool.</summary>
    public LocalSnapshot FrozenContentOf(Snapshot snapshot) => this[snapshot.ZoneId].FindSnapshot(snapshot.Id)
        ?? throw new EngineException(EngineFault.Missing, $"The pool of zone {snapshot.ZoneId} does not hold the frozen content of {snapshot.Id}; delete the snapshot and take another.");

    /// <summary>The stored snapshots that disks or local snapshots still read from: their content must stay.</summary>
    public HashSet<string> Bases() => [.. pools.Values.SelectMany(pool => pool.Bases)];

    /// <summary>Whether an encrypted disk's key has not been handed in.</summary>
    public bool IsLocked(Disk disk) => pools.TryGetValue(disk.ZoneId, out var pool) && pool.FindDisk(disk.BodyName) is { IsLocked: true };

    public string DirectoryOf(string zoneId) => Path.Combine(options.DataPath, "pools", zoneId);

    public void Open()
    {
        foreach (var zoneId in options.Regions.SelectMany(region => region.Zones))
            pools.Add(zoneId, Pool.Open(files, DirectoryOf(zoneId), new PoolOptions()));
    }

    /// <summary>Lets a local snapshot go where it is still there.</summary>
    public void Release(string zoneId, string snapshotName)
    {
        var pool = this[zoneId];
        if (pool.FindSnapshot(snapshotName) is not null) pool.DeleteSnapshot(snapshotName);
    }

    /// <summary>Removes a body where it is still there.</summary>
    public void Drop(string zoneId, string body)
    {
        var pool = this[zoneId];
        if (pool.FindDisk(body) is not null) pool.DeleteDisk(body);
    }

    public void Dispose()
    {
        foreach (var pool in pools.Values) pool.Dispose();
        pools.Clear();
    }
}
