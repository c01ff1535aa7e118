namespace SnapshotPortal.Engine.Maps;

/// <summary>
/// Finds the blocks and stored pages of a tree that were born after an epoch and that none of its heirs has. What an heir
/// shares is skipped by whole subtrees: the cost follows the differences.
/// </summary>
internal sealed class FreedWalk(BlockMap map, uint sharedUpTo, IReadOnlyList<BlockMap> heirs, Action<Location> freeBlock, Action<Location> freePage)
{
    private readonly MapEntry[] entries = new MapEntry[MapPage.Entries];
    private readonly MapEntry[] heirEntries = new MapEntry[MapPage.Entries];
    private readonly bool[] isFree = new bool[MapPage.Entries];

    public void Run()
    {
        if (map.LoadedRoot(out _) is not { } root) return;
        Below(root, Mutant.HeirIgnored ? [] : [.. heirs.Select(RootOf)], map.Height - 1);
    }

    /// <summary>The heir's page that covers what the tree covers: an heir may be larger.</summary>
    private MapPage? RootOf(BlockMap heir)
    {
        var page = heir.LoadedRoot(out _);
        for (var height = heir.Height; page is not null && height > map.Height; height--) page = heir.ReadChild(page, 0, height - 2, out _);
        return page;
    }

    private void Below(MapPage page, MapPage?[] heirPages, int level)
    {
        if (page.Birth <= sharedUpTo || Array.Exists(heirPages, heir => IsSame(page, heir))) return;
        if (page.StoredAt is { Kind: LocationKind.Page } storedAt) freePage(storedAt);
        if (page.IsLeaf)
        {
            Leaf(page, heirPages);
            return;
        }
        for (var i = 0; i < MapPage.Entries; i++)
        {
            var child = page.Child(i, out var entry);
            if (child is null && (entry.Kind != LocationKind.Page || entry.Birth <= sharedUpTo)) continue;
            if (child is null && Array.Exists(heirPages, heir => heir is not null && heir.Child(i, out var other) is null && other.Location == entry.Location)) continue;
            child ??= map.ReadChild(page, i, level - 1, out _);
            if (child is not null) Below(child, HeirChildren(heirPages, i, level - 1), level - 1);
        }
    }

    private MapPage?[] HeirChildren(MapPage?[] heirPages, int index, int level)
    {
        var children = new MapPage?[heirPages.Length];
        for (var i = 0; i < children.Length; i++)
            if (heirPages[i] is { } heir) children[i] = heirs[i].ReadChild(heir, index, level, out _);
        return children;
    }

    private void Leaf(MapPage page, MapPage?[] heirPages)
    {
        page.Read(0, entries);
        for (var i = 0; i < MapPage.Entries; i++) isFree[i] = entries[i].Kind == LocationKind.Block && entries[i].Birth > sharedUpTo;
        foreach (var heir in heirPages)
        {
            if (heir is null) continue;
            heir.Read(0, heirEntries);
            for (var i = 0; i < MapPage.Entries; i++) isFree[i] &= entries[i].Location != heirEntries[i].Location;
        }
        for (var i = 0; i < MapPage.Entries; i++)
            if (isFree[i]) freeBlock(entries[i].Location);
    }

    // The same page may be in memory twice, read from the log by two ways.
    private static bool IsSame(MapPage page, MapPage? heir) =>
        heir is not null && (ReferenceEquals(page, heir) || (page.IsStored && page.StoredAt == heir.StoredAt));
}
