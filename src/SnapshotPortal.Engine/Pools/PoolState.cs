using System.Diagnostics.CodeAnalysis;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;

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
    private readonly Dictionary<UInt128, DiskKey> keys = [];
    private readonly Dictionary<string, MapBase> bases = new(StringComparer.Ordinal);
    private DiskCounters deletedDisks;

    public uint NextDisk { get; set; } = 1;

    public uint NextSnapshot { get; set; } = 1;

    /// <summary>What was found damaged in the log, or null: the disks and snapshots that it may have changed may be gone or old.</summary>
    public string? Damage { get; set; }

    /// <summary>Raised when a checkpoint begins: pages of an older generation are not changed any more.</summary>
    public long Generation { get; set; }

    /// <summary>Whether a checkpoint is storing pages of the generation before.</summary>
    public bool IsStoring { get; set; }

    /// <summary>What changes have put out of use since <see cref="Liveness"/> last took it.</summary>
    public Freed Freed { get; } = new();

    /// <summary>Holds the maps still: until <see cref="ReleaseMaps"/> the writer copies each page before it changes it. The leader.</summary>
    public void HoldMaps()
    {
        Generation++;
        IsStoring = true;
    }

    /// <summary>The leader.</summary>
    public void ReleaseMaps() => IsStoring = false;

    public MapEdit EditOf(PoolDisk disk) => new(disk.Epoch, disk.Parent?.Epoch ?? 0, Generation, IsStoring, Freed, disk.Added);

    public PoolDisk[] Disks()
    {
        lock (guard) return [.. disks.Values];
    }

    /// <summary>All snapshots, the hidden ones too.</summary>
    public LocalSnapshot[] Snapshots()
    {
        lock (guard) return [.. snapshots.Values];
    }

    /// <summary>The rows of all disks and snapshots, without their roots. The leader.</summary>
    public PoolTable Table() => new(
        NextDisk,
        NextSnapshot,
        [.. disks.Values.Select(disk => new DiskRow(disk.Id, disk.Epoch, disk.LengthBytes, disk.Parent?.Id ?? 0, default, disk.Key?.Check ?? 0, disk.Name, disk.Damage, disk.Path, RowOf(disk.Map.Base)))],
        [.. snapshots.Values.Select(snapshot => new SnapshotRow(snapshot.Id, snapshot.Epoch, snapshot.LengthBytes, snapshot.DiskId, snapshot.Parent?.Id ?? 0, snapshot.IsHidden, default, snapshot.Key?.Check ?? 0, snapshot.Name, snapshot.DiskName, snapshot.Damage, snapshot.Path, RowOf(snapshot.Map.Base)))],
        Damage);

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

    public bool TryGetSnapshot(uint id, [NotNullWhen(true)] out LocalSnapshot? snapshot)
    {
        lock (guard) return snapshots.TryGetValue(id, out snapshot);
    }

    public void Add(PoolDisk disk)
    {
        lock (guard)
        {
            disks.Add(disk.Id, disk);
            disksByName.Add(disk.Name, disk);
            disk.Parent?.Children.Add(disk);
            if (disk.Key is { } key) key.Uses++;
            NextDisk = Math.Max(NextDisk, disk.Id + 1);
        }
    }

    public void Add(LocalSnapshot snapshot)
    {
        lock (guard)
        {
            snapshots.Add(snapshot.Id, snapshot);
            if (!snapshot.IsHidden)
            {
                snapshotsByName.Add(snapshot.Name, snapshot);
                if (snapshot.Key is { } key) key.Uses++;
            }
            snapshot.Parent?.Children.Add(snapshot);
            NextSnapshot = Math.Max(NextSnapshot, snapshot.Id + 1);
        }
    }

    /// <summary>What all disks have done, also those that are deleted.</summary>
    public DiskCounters Counters()
    {
        lock (guard) return disks.Values.Aggregate(deletedDisks, (sum, disk) => sum + disk.Counters);
    }

    /// <summary>The key of that check value, one for all that are encrypted with it; null for 0.</summary>
    public DiskKey? KeyOf(UInt128 check)
    {
        if (check == 0) return null;
        lock (guard)
        {
            if (!keys.TryGetValue(check, out var key)) keys.Add(check, key = new(check));
            return key;
        }
    }

    /// <summary>The base of that name, one for all that read from it; null for no name.</summary>
    public MapBase? BaseOf(string name, long lengthBytes)
    {
        if (name.Length == 0) return null;
        lock (guard)
        {
            if (!bases.TryGetValue(name, out var known)) bases.Add(name, known = new(name, lengthBytes));
            return known;
        }
    }

    /// <summary>The bases that disks or snapshots, also hidden ones, still need.</summary>
    public MapBase[] Bases()
    {
        lock (guard) return [.. bases.Values];
    }

    private static BaseRow RowOf(MapBase? known) => known is null ? BaseRow.None : new(known.LengthBytes, known.Name);

    /// <summary>Wipes all keys. The pool is closed.</summary>
    public void WipeKeys()
    {
        lock (guard)
            foreach (var key in keys.Values) key.Wipe();
    }

    /// <summary>Refuses a change that the state does not allow; one that passes can be applied.</summary>
    public void Validate(PoolChange change)
    {
        lock (guard)
        {
            if (change.Kind is RecordKind.CreateDisk or RecordKind.CreateDiskOnBase or RecordKind.CloneDisk)
            {
                if (disksByName.ContainsKey(change.Name)) throw new EngineException(EngineFault.Exists, $"There is a disk '{change.Name}' in the pool already.");
            }
            else if (change.Kind != RecordKind.DeleteSnapshot && !disks.ContainsKey(change.Disk))
            {
                throw new EngineException(EngineFault.Missing, "The disk was deleted.");
            }
            if (change.Kind == RecordKind.CreateDiskOnBase && bases.TryGetValue(change.Base, out var known) && known.LengthBytes != change.BaseBytes)
                throw new EngineException(EngineFault.Exists, $"The pool knows the base '{change.Base}' with {known.LengthBytes} bytes, not with {change.BaseBytes}.");
            if (change.Kind is RecordKind.TakeSnapshot or RecordKind.RollBackDisk && snapshotsByName.ContainsKey(change.Name))
                throw new EngineException(EngineFault.Exists, $"There is a local snapshot '{change.Name}' in the pool already.");
            if (change.Kind is RecordKind.CloneDisk or RecordKind.DeleteSnapshot or RecordKind.RollBackDisk && (!snapshots.TryGetValue(change.Snapshot, out var snapshot) || snapshot.IsHidden))
                throw new EngineException(EngineFault.Missing, "The local snapshot was deleted.");
        }
    }

    public void Apply(PoolChange change)
    {
        switch (change.Kind)
        {
            case RecordKind.CreateDisk:
                Add(new PoolDisk(pool, change.Disk, change.Name, new(pool.Pages, change.LengthBytes)) { LengthBytes = change.LengthBytes, Key = KeyOf(change.KeyCheck) });
                break;
            case RecordKind.CreateDiskOnBase:
                var empty = new BlockMap(pool.Pages, change.LengthBytes, under: BaseOf(change.Base, change.BaseBytes));
                Add(new PoolDisk(pool, change.Disk, change.Name, empty) { LengthBytes = change.LengthBytes, Key = KeyOf(change.KeyCheck), Epoch = PoolDisk.BaseEpoch + 1 });
                break;
            case RecordKind.LetBaseGo:
                disks[change.Disk].Map = disks[change.Disk].Map.WithoutBase();
                DropBases();
                break;
            case RecordKind.DeleteDisk:
                Remove(disks[change.Disk]);
                break;
            case RecordKind.TakeSnapshot:
                Keep(disks[change.Disk], change.Snapshot, change.Name);
                break;
            case RecordKind.DeleteSnapshot:
                Remove(snapshots[change.Snapshot]);
                break;
            case RecordKind.CloneDisk:
                var source = snapshots[change.Snapshot];
                var map = Mutant.CloneSharesHead ? source.Map : source.Map.FreezeGrown(change.LengthBytes, source.Epoch + 1, Generation);
                Add(new PoolDisk(pool, change.Disk, change.Name, map) { LengthBytes = change.LengthBytes, Epoch = source.Epoch + 1, Path = source.Path, Parent = source, Key = source.Key, Damage = source.Damage });
                break;
            case RecordKind.ResizeDisk:
                var disk = disks[change.Disk];
                disk.Map = disk.Map.FreezeGrown(change.LengthBytes, disk.Epoch, Generation);
                disk.LengthBytes = change.LengthBytes;
                break;
            case RecordKind.RollBackDisk:
                RollBack(disks[change.Disk], snapshots[change.Snapshot], change);
                break;
        }
    }

    private void Keep(PoolDisk disk, uint id, string name)
    {
        var snapshot = new LocalSnapshot(pool, id, name, disk.Id, disk.Name, Mutant.SnapshotSharesHead ? disk.Map : disk.Map.Freeze()) { LengthBytes = disk.LengthBytes, Epoch = disk.Epoch, Path = disk.Path, Parent = disk.Parent, Added = disk.Added, Key = disk.Key, Damage = disk.Damage };
        Add(snapshot);
        Move(disk, snapshot);
        disk.Added = new();
        if (!Mutant.EpochNotRaised) disk.Epoch++;
    }

    private void RollBack(PoolDisk disk, LocalSnapshot to, PoolChange change)
    {
        var path = to.Path.RolledBack(to.Epoch, disk.Epoch);
        Keep(disk, change.Kept, change.Name);
        disk.Path = path;
        disk.Map = to.Map.FreezeGrown(disk.LengthBytes, disk.Epoch, Generation);
        disk.Damage = to.Damage;
        Move(disk, to);
    }

    // Few: one for each stored snapshot that disks are being made from.
    private void DropBases()
    {
        lock (guard)
        {
            if (bases.Count == 0) return;
            var needed = disks.Values.Select(disk => disk.Map.Base).Concat(snapshots.Values.Select(snapshot => snapshot.Map.Base)).ToHashSet();
            foreach (var known in bases.Values.Where(known => !needed.Contains(known)).ToList()) bases.Remove(known.Name);
        }
    }

    private void Move(PoolDisk disk, LocalSnapshot? parent)
    {
        lock (guard)
        {
            disk.Parent?.Children.Remove(disk);
            disk.Parent = parent;
            parent?.Children.Add(disk);
        }
    }

    private void Remove(PoolDisk disk)
    {
        lock (guard)
        {
            disks.Remove(disk.Id);
            disksByName.Remove(disk.Name);
            disk.IsDeleted = true;
            disk.Throttle.Limits = RateLimits.None; // Whoever waits is told.
            deletedDisks += disk.Counters;
            Release(disk.Key);
            Freed.Trees.Add(new(disk.Map, disk.Parent?.Epoch ?? 0, Heir: null, Added: null));
            Detach(disk);
            DropBases();
        }
    }

    private void Remove(LocalSnapshot snapshot)
    {
        lock (guard)
        {
            snapshotsByName.Remove(snapshot.Name);
            snapshot.IsDeleted = true;
            snapshot.IsHidden = true;
            Release(snapshot.Key);
            RemoveWhereUnneeded(snapshot);
            DropBases();
        }
    }

    private void Release(DiskKey? key)
    {
        if (key is null || --key.Uses > 0) return;
        keys.Remove(key.Check);
        key.Wipe();
    }

    private void Detach(IVersion version)
    {
        if (version.Parent is not { } parent) return;
        parent.Children.Remove(version);
        RemoveWhereUnneeded(parent);
    }

    // While several versions go on from a deleted snapshot it stays, hidden: only so does each of them know what it shares
    // with the others. A single one takes its place.
    private void RemoveWhereUnneeded(LocalSnapshot snapshot)
    {
        if (!snapshot.IsHidden || snapshot.Children.Count > 1) return;
        snapshots.Remove(snapshot.Id);
        if (snapshot.Children is not [var heir])
        {
            Freed.Trees.Add(new(snapshot.Map, snapshot.Parent?.Epoch ?? 0, Heir: null, Added: null));
            Detach(snapshot);
            return;
        }
        // The heir's map as it is now: what it overwrites later may be in a snapshot that is taken of it in between.
        Freed.Trees.Add(new(snapshot.Map, snapshot.Parent?.Epoch ?? 0, heir.Map.Freeze(), heir.Added));
        snapshot.Added.MoveTo(heir.Added);
        heir.Parent = snapshot.Parent;
        if (snapshot.Parent is not { } parent) return;
        parent.Children.Remove(snapshot);
        parent.Children.Add(heir);
    }
}
