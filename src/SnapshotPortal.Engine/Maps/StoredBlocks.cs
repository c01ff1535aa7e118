namespace SnapshotPortal.Engine.Maps;

/// <summary>Something stored that a map points to: a block of data, or one of its own pages.</summary>
/// <param name="Entry">Where it is stored, and its checksum.</param>
/// <param name="Lba">The first block of the disk that it stands for.</param>
/// <param name="Level">0 for a block of data, 1 for a leaf page, and so on up to the root.</param>
internal readonly record struct StoredBlock(MapEntry Entry, long Lba, int Level)
{
    /// <summary>How many blocks of the disk it stands for.</summary>
    public long Blocks => 1L << Level * MapPage.EntryBits;
}

/// <summary>Walks all that a map points to and that is stored, in ascending order, pages before what is below them.</summary>
/// <remarks>
/// The map may change meanwhile. A page that cannot be read is handed out and what is below it left out; where it only went
/// out of use, that range is walked once more.
/// </remarks>
/// <param name="map">Gives the map as it is now.</param>
/// <param name="isNew">Whether something stored was not met before; else it is left out, with all below it.</param>
internal sealed class StoredBlocks(Func<BlockMap> map, Func<Location, bool> isNew)
{
    private readonly List<(long From, long To)> again = [];

    public IEnumerable<StoredBlock> All()
    {
        foreach (var block in Between(0, long.MaxValue)) yield return block;
        while (again.Count > 0)
        {
            var (from, to) = again[^1];
            again.RemoveAt(again.Count - 1);
            foreach (var block in Between(from, to)) yield return block;
        }
    }

    /// <summary>What the map says now of where something is stored; absent where it is not stored, or cannot be looked up.</summary>
    public static MapEntry Find(BlockMap map, long lba, int level)
    {
        try
        {
            if (level == 0) return map.Find(lba);
            if (level >= map.Height) return level == map.Height && lba == 0 ? map.StoredRoot : default;
            var page = map.LoadedRoot(out _);
            for (var below = map.Height - 1; page is not null; below--)
            {
                var index = (int)(lba >> below * MapPage.EntryBits) & (MapPage.Entries - 1);
                var child = page.Child(index, out var entry);
                if (below == level) return child?.Stored ?? entry;
                page = child ?? map.ReadChild(page, index, below - 1, out _);
            }
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            // Damage of a page above is damage of its own.
        }
        return default;
    }

    private IEnumerable<StoredBlock> Between(long from, long to)
    {
        var now = map();
        var root = new StoredBlock(now.StoredRoot, 0, now.Height);
        if (IsNewPage(root)) yield return root;
        if (TryRead(root, () => now.LoadedRoot(out _)) is { } page)
            foreach (var block in Below(now, page, now.Height, 0, from, to)) yield return block;
    }

    private IEnumerable<StoredBlock> Below(BlockMap now, MapPage page, int level, long lba, long from, long to)
    {
        if (page.IsLeaf)
        {
            var entries = new MapEntry[MapPage.Entries];
            page.Read(0, entries);
            for (var i = 0; i < entries.Length; i++)
                if (entries[i].Kind == LocationKind.Block && isNew(entries[i].Location)) yield return new(entries[i], lba + i, 0);
            yield break;
        }
        var covered = 1L << (level - 1) * MapPage.EntryBits;
        for (var i = 0; i < MapPage.Entries; i++)
        {
            var at = lba + i * covered;
            if (at + covered <= from || at >= to) continue;
            var child = page.Child(i, out var entry);
            if (child is null)
            {
                if (entry.Kind != LocationKind.Page) continue;
                var stored = new StoredBlock(entry, at, level - 1);
                if (IsNewPage(stored)) yield return stored;
                else if (from == 0 && to == long.MaxValue) continue; // All below it was met as well.
                child = TryRead(stored, () => now.ReadChild(page, i, level - 2, out _));
            }
            if (child is null) continue;
            foreach (var block in Below(now, child, level - 1, at, from, to)) yield return block;
        }
    }

    private bool IsNewPage(StoredBlock page) => page.Entry.Kind == LocationKind.Page && isNew(page.Entry.Location);

    private MapPage? TryRead(StoredBlock stored, Func<MapPage?> read)
    {
        try
        {
            return read();
        }
        catch (EngineException e) when (e.Fault is EngineFault.Corrupt or EngineFault.Io)
        {
            if (Find(map(), stored.Lba, stored.Level).Location != stored.Entry.Location) again.Add((stored.Lba, stored.Lba + stored.Blocks));
            return null;
        }
        catch (ObjectDisposedException)
        {
            again.Add((stored.Lba, stored.Lba + stored.Blocks)); // A segment that was replaced.
            return null;
        }
    }
}
