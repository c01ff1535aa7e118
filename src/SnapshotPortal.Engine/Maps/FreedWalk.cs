namespace SnapshotPortal.Engine.Maps;

/// <summary>Finds the blocks and stored pages of a tree that was given up which neither its parent nor its heir has. The cost follows these.</summary>
internal sealed class FreedWalk(FreedTree tree, Action<Location> freeBlock, Action<Location> freePage)
{
    private readonly MapEntry[] entries = new MapEntry[MapPage.Entries];
    private readonly MapEntry[] heirEntries = new MapEntry[MapPage.Entries];

    public void Run()
    {
        var root = tree.Map.LoadedRoot(out _);
        if (root is null) return;
        var heir = Mutant.HeirIgnored ? null : tree.Heir?.LoadedRoot(out _);
        for (var height = tree.Heir?.Height ?? 0; heir is not null && height > tree.Map.Height; height--) heir = tree.Heir!.ReadChild(heir, 0, height - 2, out _);
        Below(root, heir, tree.Map.Height - 1);
    }

    private void Below(MapPage page, MapPage? heir, int level)
    {
        if (page.Birth <= tree.SharedUpTo || IsSame(page, heir)) return;
        if (page.IsStored) freePage(page.StoredAt);
        if (page.IsLeaf)
        {
            Leaf(page, heir);
            return;
        }
        for (var i = 0; i < MapPage.Entries; i++)
        {
            var child = page.Child(i, out var entry);
            if (child is null && (entry.Kind != LocationKind.Page || entry.Birth <= tree.SharedUpTo)) continue;
            var heirChild = HeirChild(heir, i, level, out var heirEntry);
            if (child is null && heirEntry.Kind == LocationKind.Page && heirEntry.Location == entry.Location) continue;
            child ??= tree.Map.ReadChild(page, i, level - 1, out _);
            if (heirChild is null && heirEntry.Kind == LocationKind.Page) heirChild = tree.Heir!.ReadChild(heir!, i, level - 1, out _);
            Below(child!, heirChild, level - 1);
        }
    }

    private static MapPage? HeirChild(MapPage? heir, int index, int level, out MapEntry entry)
    {
        entry = default;
        return level > 0 ? heir?.Child(index, out entry) : null;
    }

    private void Leaf(MapPage page, MapPage? heir)
    {
        page.Read(0, entries);
        if (heir is null) Array.Clear(heirEntries);
        else heir.Read(0, heirEntries);
        for (var i = 0; i < MapPage.Entries; i++)
        {
            var entry = entries[i];
            if (entry.Kind == LocationKind.Block && entry.Birth > tree.SharedUpTo && entry.Location != heirEntries[i].Location) freeBlock(entry.Location);
        }
    }

    // The same page may be in memory twice, read from the log by two ways.
    private static bool IsSame(MapPage page, MapPage? heir) =>
        heir is not null && (ReferenceEquals(page, heir) || (page.IsStored && page.StoredAt == heir.StoredAt));
}
