using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Testing;

/// <summary>Looks for differences between a pool and a state of the model. Each answer is a sentence, or null where there is none.</summary>
public static class PoolComparison
{
    private const int RunBlocksMax = 16;

    /// <summary>Everything: which disks and snapshots there are, their bytes, and what is said of their extents.</summary>
    public static string? Find(Pool pool, PoolContent state) =>
        FindInStructure(pool, state)
        ?? Joined(Pairs(pool, state).Select(pair => FindInContent(pair.Name, pair.Device, pair.State) ?? FindInExtents(pair.Name, pair.Device, pair.State)));

    /// <summary>Everything but the structure and the bytes of the disks.</summary>
    internal static string? FindBesideDisks(Pool pool, PoolContent state) => Joined(Pairs(pool, state).Select(pair =>
        (pair.Device is LocalSnapshot ? FindInContent(pair.Name, pair.Device, pair.State) : null) ?? FindInExtents(pair.Name, pair.Device, pair.State)));

    /// <summary>Which disks and snapshots there are, and their sizes.</summary>
    public static string? FindInStructure(Pool pool, PoolContent state) =>
        Names("disks", pool.Disks.Select(disk => disk.Name), state.Disks.Keys)
        ?? Names("snapshots", pool.Snapshots.Select(snapshot => snapshot.Name), state.Snapshots.Keys)
        ?? Pairs(pool, state).Select(pair => pair.Device.LengthBytes == pair.State.LengthBytes ? null : $"{pair.Name} has {pair.Device.LengthBytes} bytes instead of {pair.State.LengthBytes}.").FirstOrDefault(difference => difference is not null)
        ?? (pool.Damage is null ? null : $"The pool is said to be damaged: {pool.Damage}")
        ?? pool.Disks.Where(disk => disk.Damage is not null).Select(disk => $"Disk {disk.Name} is said to be damaged: {disk.Damage}").FirstOrDefault()
        ?? pool.Snapshots.Where(snapshot => snapshot.DiskName != state.Snapshots[snapshot.Name].DiskName).Select(snapshot => $"Snapshot {snapshot.Name} is said to be of {snapshot.DiskName}.").FirstOrDefault();

    /// <summary>The bytes of every block that the state knows.</summary>
    public static string? FindInContent(string name, IBlockDevice device, DiskContent state) =>
        Joined(Mismatches(device, state, state.Blocks.Keys).Take(3).Select(lba => Describe(name, device, lba)));

    /// <summary>
    /// What the device says of its extents: in order, without gaps, neighbours of different kinds; stored bytes where
    /// there are any, no change where nothing was ever written. How zeroes are kept is the engine's business.
    /// </summary>
    public static string? FindInExtents(string name, IBlockDevice device, DiskContent state)
    {
        var touched = state.Blocks.Keys.Order().ToArray();
        var (at, next, before) = (0L, 0, (ExtentKind?)null);
        foreach (var extent in device.Extents(0, device.LengthBytes))
        {
            if (extent.OffsetBytes != at || extent.LengthBytes <= 0 || extent.Kind == before || extent.OffsetBytes % Limits.BlockBytes != 0)
                return $"{name}: extent {extent} does not follow one of kind {before} that ends at {at}.";
            (at, before) = (extent.EndBytes, extent.Kind);
            var changed = 0L;
            for (; next < touched.Length && touched[next] * Limits.BlockBytes < at; next++, changed++)
            {
                if (extent.Kind != ExtentKind.Data && !state.Blocks[touched[next]].IsZero)
                    return $"{name}: extent {extent} hides the bytes of block {touched[next]}.";
            }

            if (extent.Kind != ExtentKind.Hole && changed * Limits.BlockBytes != extent.LengthBytes)
                return $"{name}: extent {extent} covers blocks that were never written.";
        }

        return at == device.LengthBytes ? null : $"{name}: the extents end at {at}.";
    }

    /// <summary>The changes of a snapshot since an epoch, against what both states are: each that differs is named, none that was not touched is.</summary>
    public static string? FindInChanges(LocalSnapshot snapshot, DiskContent state, uint epoch, DiskContent? earlier)
    {
        var named = new HashSet<long>();
        var at = 0L;
        foreach (var extent in snapshot.ChangedSince(epoch))
        {
            if (extent.OffsetBytes < at || extent.LengthBytes <= 0 || extent.Kind == ExtentKind.Hole)
                return $"{snapshot.Name}: change {extent} since epoch {epoch} comes after one that ends at {at}.";
            at = extent.EndBytes;
            for (var lba = extent.OffsetBytes / Limits.BlockBytes; lba * Limits.BlockBytes < extent.EndBytes; lba++)
            {
                named.Add(lba);
                if (!state.Blocks.TryGetValue(lba, out var content) || content == earlier?.Blocks.GetValueOrDefault(lba))
                    return $"{snapshot.Name}: block {lba} was not touched since epoch {epoch}, but is said to be changed.";
                if (extent.Kind == ExtentKind.Zero && !content.IsZero)
                    return $"{snapshot.Name}: block {lba} is said to have become zeroes since epoch {epoch}.";
            }
        }

        foreach (var (lba, content) in state.Blocks)
        {
            var old = earlier?.Blocks.GetValueOrDefault(lba);
            if (content != old && !(content.IsZero && (old is null || old.IsZero)) && !named.Contains(lba))
                return $"{snapshot.Name}: block {lba} has changed since epoch {epoch}, but is not named.";
        }

        return null;
    }

    /// <summary>The blocks among those given whose bytes are not what the state says.</summary>
    internal static List<long> Mismatches(IBlockDevice device, DiskContent state, IEnumerable<long> lbas)
    {
        var mismatches = new List<long>();
        var ordered = lbas.Order().ToArray();
        var buffer = GC.AllocateUninitializedArray<byte>(Math.Min(RunBlocksMax, ordered.Length) * Limits.BlockBytes);
        Span<byte> expected = stackalloc byte[Limits.BlockBytes];
        for (var first = 0; first < ordered.Length;)
        {
            var count = 1;
            while (count < RunBlocksMax && first + count < ordered.Length && ordered[first + count] == ordered[first] + count)
                count++;
            device.Read(ordered[first] * Limits.BlockBytes, buffer.AsSpan(0, count * Limits.BlockBytes));
            for (var i = 0; i < count; i++)
            {
                expected.Clear();
                if (state.Blocks.TryGetValue(ordered[first + i], out var content))
                    content.CopyTo(ordered[first + i], expected);
                if (!expected.SequenceEqual(buffer.AsSpan(i * Limits.BlockBytes, Limits.BlockBytes)))
                    mismatches.Add(ordered[first + i]);
            }

            first += count;
        }

        return mismatches;
    }

    /// <summary>What a wrong block seems to hold.</summary>
    internal static string Describe(string name, IBlockDevice device, long lba)
    {
        var block = new byte[Limits.BlockBytes];
        device.Read(lba * Limits.BlockBytes, block);
        var tag = Pattern.TagOf(block, lba * Limits.BlockBytes);
        var held = block.AsSpan().ContainsAnyExcept((byte)0) ? tag < 1_000_000 ? $"begins with the bytes of operation {tag}" : "holds bytes of no operation there" : "is zero";
        return $"{name} block {lba} {held}.";
    }

    /// <summary>Every disk and snapshot of the state beside the one of the pool.</summary>
    public static IEnumerable<(string Name, IBlockDevice Device, DiskContent State)> Pairs(Pool pool, PoolContent state) =>
        state.Disks.Select(disk => ($"Disk {disk.Key}", (IBlockDevice)pool.FindDisk(disk.Key)!, disk.Value))
            .Concat(state.Snapshots.Select(snapshot => ($"Snapshot {snapshot.Key}", (IBlockDevice)pool.FindSnapshot(snapshot.Key)!, snapshot.Value)));

    private static string? Joined(IEnumerable<string?> differences) =>
        string.Join(' ', differences.OfType<string>()) is { Length: > 0 } joined ? joined : null;

    private static string? Names(string what, IEnumerable<string> found, IEnumerable<string> expected)
    {
        var (there, wanted) = (string.Join(", ", found.Order(StringComparer.Ordinal)), string.Join(", ", expected.Order(StringComparer.Ordinal)));
        return there == wanted ? null : $"The {what} are [{there}] instead of [{wanted}].";
    }
}
