namespace SnapshotPortal.Engine.Maps;

/// <summary>Walks a map in ascending order, skipping every subtree that did not change after an epoch.</summary>
internal sealed class MapWalk(BlockMap map, long firstLba, long endLba, uint sinceEpoch)
{
    /// <summary>
    /// Runs of blocks that are zero or stored and were born after the epoch; what is absent or older is left out, and what is of
    /// the base unless the epoch is 0.
    /// Neighbouring runs of one kind may follow each other.
    /// </summary>
    public IEnumerable<MapRun> Runs()
    {
        var root = map.LoadedRoot(out var entry);
        return Below(root, entry, map.Height, 0);
    }

    // level: the height of the subtree; 1 is a leaf page.
    private IEnumerable<MapRun> Below(MapPage? page, MapEntry entry, int level, long lba)
    {
        if (page is null) return entry.Kind == LocationKind.Zero && entry.Birth > sinceEpoch ? [Clipped(lba, 1L << level * MapPage.EntryBits, LocationKind.Zero)] : [];
        if (page.Birth <= sinceEpoch) return [];
        return page.IsLeaf ? Leaf(page, lba) : Inner(page, level, lba);
    }

    private IEnumerable<MapRun> Inner(MapPage page, int level, long lba)
    {
        var covered = 1L << (level - 1) * MapPage.EntryBits;
        var first = (int)Math.Max(0, (firstLba - lba) / covered);
        for (var i = first; i < MapPage.Entries && lba + i * covered < endLba; i++)
        {
            var child = page.Child(i, out var entry);
            if (child is null && (entry.IsAbsent || entry.Birth <= sinceEpoch)) continue;
            child ??= map.ReadChild(page, i, level - 2, out entry);
            foreach (var run in Below(child, entry, level - 1, lba + i * covered)) yield return run;
        }
    }

    private IEnumerable<MapRun> Leaf(MapPage page, long lba)
    {
        var entries = new MapEntry[MapPage.Entries];
        page.Read(0, entries);
        var from = (int)Math.Max(0, firstLba - lba);
        var to = (int)Math.Min(MapPage.Entries, endLba - lba);
        for (var i = from; i < to;)
        {
            var kind = KindOf(entries[i]);
            var start = i;
            while (++i < to && KindOf(entries[i]) == kind) { }
            if (kind != LocationKind.Absent) yield return new(lba + start, i - start, kind);
        }
    }

    private LocationKind KindOf(MapEntry entry) => entry.Birth > sinceEpoch && !(entry.Location.IsOfBase && sinceEpoch > 0) ? entry.Kind : LocationKind.Absent;

    private MapRun Clipped(long lba, long blocks, LocationKind kind)
    {
        var from = Math.Max(lba, firstLba);
        return new(from, Math.Min(lba + blocks, endLba) - from, kind);
    }
}

/// <summary>Blocks that follow each other and are of one kind.</summary>
internal readonly record struct MapRun(long Lba, long Blocks, LocationKind Kind)
{
    /// <summary>The runs as extents: neighbours joined, and the gaps between them as holes where asked for.</summary>
    public static IEnumerable<Extent> AsExtents(IEnumerable<MapRun> runs, long offsetBytes, long endBytes, bool withHoles)
    {
        var pending = new Extent(offsetBytes, 0, ExtentKind.Hole);
        foreach (var run in runs)
        {
            var from = Math.Max(run.Lba * Limits.BlockBytes, offsetBytes);
            var to = Math.Min((run.Lba + run.Blocks) * Limits.BlockBytes, endBytes);
            var kind = run.Kind == LocationKind.Zero ? ExtentKind.Zero : ExtentKind.Data;
            if (pending.Kind == kind && pending.EndBytes == from)
            {
                pending = pending with { LengthBytes = to - pending.OffsetBytes };
                continue;
            }
            if (pending.LengthBytes > 0) yield return pending;
            if (withHoles && pending.EndBytes < from) yield return new(pending.EndBytes, from - pending.EndBytes, ExtentKind.Hole);
            pending = new(from, to - from, kind);
        }
        if (pending.LengthBytes > 0) yield return pending;
        if (withHoles && pending.EndBytes < endBytes) yield return new(pending.EndBytes, endBytes - pending.EndBytes, ExtentKind.Hole);
    }
}
