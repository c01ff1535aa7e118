using SnapshotPortal.Engine;

namespace SnapshotPortal.Testing;

/// <summary>Draws operations that a pool in a given state must be able to do.</summary>
public sealed class PoolHistory(Random random)
{
    private const int DisksMax = 3;
    private const int SnapshotsMax = 6;
    private const long LeafBytes = 1 << 20;
    private const long BaseBlocksMax = 600;
    private int names;

    /// <summary>The next operation.</summary>
    public PoolOperation Next(PoolContent state)
    {
        if (state.Disks.Count == 0)
            return Create(state);
        var disk = Any(state.Disks.Keys);
        return random.Next(100) switch
        {
            < 48 => Write(disk, state.Disks[disk].LengthBytes),
            < 54 => WriteZeroes(disk, state.Disks[disk].LengthBytes),
            < 62 => Trim(disk, state.Disks[disk].LengthBytes),
            < 68 => new PoolOperation.FlushDisk(disk),
            < 71 => new PoolOperation.Flush(),
            < 72 when state.Disks.Count > 1 && state.Snapshots.Count < SnapshotsMax => Group(state),
            < 78 when state.Snapshots.Count < SnapshotsMax => new PoolOperation.TakeSnapshot(disk, NewName("snapshot", state.Snapshots)),
            < 79 => Resize(disk, state.Disks[disk].LengthBytes),
            < 83 when state.Snapshots.Count > 0 => new PoolOperation.DeleteSnapshot(Any(state.Snapshots.Keys)),
            < 87 when state.Snapshots.Count > 0 && state.Disks.Count < DisksMax => Clone(state),
            < 88 when Own(state, disk) is { Count: > 0 } snapshots => new PoolOperation.RollBack(disk, Any(snapshots), NewName("snapshot", state.Snapshots)),
            < 90 when state.Disks.Count < DisksMax => Create(state),
            < 92 => new PoolOperation.DeleteDisk(disk),
            < 95 => new PoolOperation.Checkpoint(),
            < 96 => new PoolOperation.Reopen(),
            < 98 => new PoolOperation.Reclaim(),
            < 99 => new PoolOperation.Hydrate(disk, random.Next(4) == 0 ? int.MaxValue : random.Next(1, 4)),
            99 when Range(state.Disks[disk].LengthBytes) is var (offsetBytes, lengthBytes) => new PoolOperation.UseWithoutBase(disk, offsetBytes, (int)lengthBytes),
            _ => Write(disk, state.Disks[disk].LengthBytes),
        };
    }

    private PoolOperation Create(PoolContent state)
    {
        var (name, lengthBytes, isEncrypted) = (NewName("disk", state.Disks), NewLengthBytes(), random.Next(2) == 0);
        if (random.Next(3) > 0)
            return new PoolOperation.CreateDisk(name, lengthBytes, isEncrypted);
        var baseBlocks = random.NextInt64(1, Math.Min(BaseBlocksMax, lengthBytes / Limits.BlockBytes) + 1);
        return new PoolOperation.CreateDiskOn(name, lengthBytes, baseBlocks, isEncrypted);
    }

    private PoolOperation.CloneDisk Clone(PoolContent state)
    {
        var snapshot = Any(state.Snapshots.Keys);
        var lengthBytes = state.Snapshots[snapshot].LengthBytes;
        if (random.Next(3) == 0)
            lengthBytes = Math.Min(Limits.DiskBytesMax, lengthBytes + random.Next(1, 600) * (long)Limits.BlockBytes);
        return new(snapshot, NewName("disk", state.Disks), lengthBytes);
    }

    private PoolOperation.TakeSnapshots Group(PoolContent state)
    {
        var disks = state.Disks.Keys.Order(StringComparer.Ordinal).Take(random.Next(2, DisksMax + 1)).ToList();
        do
            names++;
        while (state.Snapshots.Keys.Any(name => name.StartsWith($"group-{names}-of-", StringComparison.Ordinal)));
        return new(disks, $"group-{names}");
    }

    private PoolOperation.ResizeDisk Resize(string disk, long diskBytes) =>
        new(disk, Math.Min(Limits.DiskBytesMax, diskBytes + (random.Next(4) == 0 ? random.NextInt64(1, 1 << 20) : random.Next(0, 300)) * Limits.BlockBytes));

    private static List<string> Own(PoolContent state, string disk) =>
        [.. state.Snapshots.Where(snapshot => snapshot.Value.Lineage == state.Disks[disk].Lineage).Select(snapshot => snapshot.Key)];

    private PoolOperation.Write Write(string disk, long diskBytes)
    {
        var (offsetBytes, lengthBytes) = Range(diskBytes);
        return new(disk, offsetBytes, (int)lengthBytes);
    }

    private PoolOperation.WriteZeroes WriteZeroes(string disk, long diskBytes)
    {
        var (offsetBytes, lengthBytes) = Range(diskBytes);
        return new(disk, offsetBytes, lengthBytes);
    }

    private PoolOperation.Trim Trim(string disk, long diskBytes)
    {
        if (diskBytes <= 1 << 20 && random.Next(6) == 0)
            return new(disk, 0, diskBytes);
        // Whole subtrees of the map at once.
        if (diskBytes > LeafBytes && random.Next(4) == 0)
        {
            var firstBytes = random.NextInt64(Math.Min(3, diskBytes / LeafBytes)) * LeafBytes;
            return new(disk, firstBytes, Math.Min(diskBytes - firstBytes, random.Next(1, 3) * LeafBytes + random.Next(2) * Limits.BlockBytes));
        }

        var (offsetBytes, lengthBytes) = Range(diskBytes);
        return new(disk, offsetBytes, lengthBytes);
    }

    /// <summary>Mostly a few blocks, whole or in part, near a place where something else is: a disk's ends and the borders of map pages.</summary>
    private (long OffsetBytes, long LengthBytes) Range(long diskBytes)
    {
        var window = Window(diskBytes);
        var (unit, lengthMax) = random.Next(10) switch
        {
            < 4 => (Limits.BlockBytes, Limits.BlockBytes),
            < 6 => (512, 4 * Limits.BlockBytes),
            < 8 => (1, 3 * Limits.BlockBytes),
            < 9 => (Limits.BlockBytes, 40 * Limits.BlockBytes),
            _ => (Limits.BlockBytes, 16 * Limits.BlockBytes),
        };
        var offsetBytes = window.FromBytes + random.NextInt64((window.ToBytes - window.FromBytes) / unit) * unit;
        var lengthBytes = (random.NextInt64(lengthMax / unit) + 1) * unit;
        return (offsetBytes, Math.Min(lengthBytes, diskBytes - offsetBytes));
    }

    private (long FromBytes, long ToBytes) Window(long diskBytes)
    {
        const long half = 16 * Limits.BlockBytes;
        if (diskBytes <= 2 * half)
            return (0, diskBytes);
        var middle = diskBytes > LeafBytes ? diskBytes / 2 / LeafBytes * LeafBytes : diskBytes / 2 / Limits.BlockBytes * Limits.BlockBytes;
        return random.Next(4) switch
        {
            0 => (0, 2 * half),
            1 => (diskBytes - 2 * half, diskBytes),
            _ => (Math.Max(0, middle - half), Math.Min(diskBytes, Math.Max(middle, half) + half)),
        };
    }

    private long NewLengthBytes() => Limits.BlockBytes * random.Next(20) switch
    {
        < 9 => random.NextInt64(1, 64),
        < 14 => random.NextInt64(64, 256),
        < 17 => random.NextInt64(256, 2_000),
        < 19 => random.NextInt64(65_536, 2_000_000),
        _ => Limits.DiskBytesMax / Limits.BlockBytes,
    };

    /// <summary>Usually a new name, at times one that was there before.</summary>
    private string NewName(string kind, Dictionary<string, DiskContent> taken)
    {
        var old = $"{kind}-{random.Next(1, names + 2)}";
        if (random.Next(3) == 0 && !taken.ContainsKey(old))
            return old;
        do
            names++;
        while (taken.ContainsKey($"{kind}-{names}"));
        return $"{kind}-{names}";
    }

    private string Any(IEnumerable<string> from) => from.Order(StringComparer.Ordinal).ElementAt(random.Next(from.Count()));
}
