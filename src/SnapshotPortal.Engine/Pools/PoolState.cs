using System.Diagnostics.CodeAnalysis;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Pools;

/// <summary>
/// The disks and snapshots of a pool, and what each change of the log makes of them: the same code for a change that is
/// made now and for one that is replayed. Changed by the log's leader only; the look-ups by name are safe at any time.
/// </summary>
internal sealed class PoolState(Pool pool)
{
    private readonly Lock guard = new();
    private readonly SortedDictionary<uint, PoolDisk> disks = [];
    private readonly SortedDictionary<uint, LocalSnapshot> snapshots = [];
    private readonly Dictionary<string, PoolDisk> disksByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LocalSnapshot> snapshotsByName = new(StringComparer.Ordinal);

    public uint NextDisk { get; set; } = 1;

    public uint NextSnapshot { get; set; } = 1;

    /// <summary>Raised when a checkpoint begins: pages of an older generation are not changed any more.</summary>
    public long Generation { get; set; }

    public PoolDisk[] Disks()
    {
        lock (guard) return [.. disks.Values];
    }

    /// <summary>All snapshots, the hidden ones too.</summary>
    public LocalSnapshot[] Snapshots()
    {
        lock (guard) return [.. snapshots.Values];
    }

    public PoolDisk? FindDisk(string name)
    {
        lock (guard) return disksByName.GetValueOrDefault(name);
    }

    public LocalSnapshot? FindSnapshot(string name)
    {
        lock (guard) return snapshotsByName.GetValueOrDefault(name);
    }

    public bool TryGetDisk(uint id, [NotNullWhen(true)] out PoolDisk? disk)
    {
        lock (guard) return disks.TryGetValue(id, out disk);
    }

    public void Add(PoolDisk disk)
    {
        lock (guard)
        {
            disks.Add(disk.Id, disk);
            disksByName.Add(disk.Name, disk);
            NextDisk = Math.Max(NextDisk, disk.Id + 1);
        }
    }

    public void Add(LocalSnapshot snapshot)
    {
        lock (guard)
        {
            snapshots.Add(snapshot.Id, snapshot);
            if (!snapshot.IsHidden) snapshotsByName.Add(snapshot.Name, snapshot);
            NextSnapshot = Math.Max(NextSnapshot, snapshot.Id + 1);
        }
    }

    /// <summary>Refuses a change that the state does not allow; one that passes can be applied.</summary>
    public void Validate(PoolChange change)
    {
        lock (guard)
        {
            switch (change.Kind)
            {
                case RecordKind.CreateDisk or RecordKind.CloneDisk when disksByName.ContainsKey(change.Name):
                    throw new EngineException(EngineFault.Exists, $"There is a disk '{change.Name}' in the pool already.");
                case RecordKind.TakeSnapshot when snapshotsByName.ContainsKey(change.Name):
                    throw new EngineException(EngineFault.Exists, $"There is a local snapshot '{change.Name}' in the pool already.");
                case RecordKind.TakeSnapshot or RecordKind.DeleteDisk when !disks.ContainsKey(change.Disk):
                    throw new EngineException(EngineFault.Missing, "The disk was deleted.");
                case RecordKind.CloneDisk or RecordKind.DeleteSnapshot when !snapshots.TryGetValue(change.Snapshot, out var snapshot) || snapshot.IsHidden:
                    throw new EngineException(EngineFault.Missing, "The local snapshot was deleted.");
            }
        }
    }

    public void Apply(PoolChange change)
    {
        switch (change.Kind)
        {
            case RecordKind.CreateDisk:
                Add(new PoolDisk(pool, change.Disk, change.Name, change.LengthBytes, epoch: 1, origin: 0, new(pool.Segments, change.LengthBytes), damage: null));
                break;
            case RecordKind.DeleteDisk:
                Remove(disks[change.Disk]);
                break;
            case RecordKind.TakeSnapshot:
                var disk = disks[change.Disk];
                Add(new LocalSnapshot(pool, change.Snapshot, change.Name, disk.Id, disk.Name, disk.LengthBytes, disk.Epoch, isHidden: false, disk.Map.Freeze()));
                disk.Epoch++;
                break;
            case RecordKind.DeleteSnapshot:
                Remove(snapshots[change.Snapshot]);
                break;
            case RecordKind.CloneDisk:
                var source = snapshots[change.Snapshot];
                Add(new PoolDisk(pool, change.Disk, change.Name, change.LengthBytes, source.Epoch + 1, source.Id, source.Map.FreezeGrown(change.LengthBytes, Generation), damage: null));
                break;
        }
    }

    private void Remove(PoolDisk disk)
    {
        lock (guard)
        {
            disks.Remove(disk.Id);
            disksByName.Remove(disk.Name);
            disk.IsDeleted = true;
            if (disk.Origin != 0 && snapshots.TryGetValue(disk.Origin, out var origin) && origin.IsHidden && !HasClone(origin)) snapshots.Remove(origin.Id);
        }
    }

    // A snapshot that a clone lives on is hidden instead: its place in the order of epochs tells later what its deletion frees.
    private void Remove(LocalSnapshot snapshot)
    {
        lock (guard)
        {
            snapshotsByName.Remove(snapshot.Name);
            snapshot.IsHidden = HasClone(snapshot);
            snapshot.IsDeleted = true;
            if (!snapshot.IsHidden) snapshots.Remove(snapshot.Id);
        }
    }

    private bool HasClone(LocalSnapshot snapshot) => disks.Values.Any(disk => disk.Origin == snapshot.Id);
}
