using System.Numerics;

namespace SnapshotPortal.Engine.Maps;

/// <summary>
/// Where each block of a disk lies: a copy-on-write radix tree of <see cref="MapPage"/>s under one root. Any number of
/// readers, without locks, beside one writer (the log's leader).
/// </summary>
internal sealed class BlockMap
{
    private readonly MapCache cache;
    private readonly int height;
    private MapPage? root;

    // What stands for the root while no page of it is loaded. Changed only before root is published.
    private MapEntry rootEntry;

    public BlockMap(MapCache cache, long lengthBytes, MapEntry rootEntry = default, MapBase? under = null)
        : this(cache, HeightFor(lengthBytes), null, rootEntry, under) { }

    private BlockMap(MapCache cache, int height, MapPage? root, MapEntry rootEntry, MapBase? under)
    {
        this.cache = cache;
        Base = under;
        this.height = height;
        this.root = root;
        this.rootEntry = rootEntry;
    }

    /// <summary>Where what is absent reads from; null: it reads as zeroes.</summary>
    public MapBase? Base { get; }

    /// <summary>The number of pages on the way from the root to a block.</summary>
    public int Height => height;

    /// <summary>The root's page, where it is in memory.</summary>
    public MapPage? LoadedPage => Volatile.Read(ref root);

    /// <summary>The entry of the root for the table of disks; the root must be stored.</summary>
    public MapEntry StoredRoot => root?.Stored ?? rootEntry;

    /// <summary>The same tree, seen as it is now: nothing that is changed later under a newer epoch or generation shows in it.</summary>
    public BlockMap Freeze() => new(cache, height, root, rootEntry, Base);

    /// <summary>The same tree without its base: nothing that the base holds is absent any more.</summary>
    public BlockMap WithoutBase() => new(cache, height, root, rootEntry, under: null);

    /// <summary>The same tree for a disk of another size, at least as large. Pages above the old root are the disk's own, born in its epoch.</summary>
    public BlockMap FreezeGrown(long lengthBytes, uint epoch, long generation)
    {
        var (page, entry) = (root, rootEntry);
        for (var level = height; level < HeightFor(lengthBytes) && (page is not null || !entry.IsAbsent); level++)
        {
            var above = new MapPage(isLeaf: false, epoch, generation);
            if (page is null) above.SetFirst(entry);
            else above.SetChild(0, page);
            cache.Backlog.Add(1);
            page = above;
        }
        return new(cache, HeightFor(lengthBytes), page, entry, Base);
    }

    /// <summary>
    /// The leaf that holds a block; or null, and in <paramref name="covering"/> the absent or zero entry that stands for
    /// the block's whole leaf. <see cref="EngineFault.Corrupt"/> where a page on the way is damaged.
    /// </summary>
    public MapPage? FindLeaf(long lba, out MapEntry covering)
    {
        var page = LoadedRoot(out covering);
        for (var level = height - 1; page is not null && level > 0; level--) page = LoadedChild(page, IndexOf(lba, level), level - 1, out covering);
        return page;
    }

    /// <summary>What the map says of one block.</summary>
    public MapEntry Find(long lba) => FindLeaf(lba, out var covering)?.Read((int)(lba % MapPage.Entries)) ?? covering;

    /// <summary>The runs of absent blocks among some of one leaf.</summary>
    public List<MapRun> Absent(long lba, int blocks)
    {
        Span<MapEntry> entries = stackalloc MapEntry[MapPage.Entries];
        entries = entries[..blocks];
        if (FindLeaf(lba, out var covering) is { } leaf) leaf.Read((int)(lba % MapPage.Entries), entries);
        else entries.Fill(covering);
        var runs = new List<MapRun>();
        for (var i = 0; i < blocks; i++)
        {
            var start = i;
            while (i < blocks && entries[i].IsAbsent) i++;
            if (i > start) runs.Add(new(lba + start, i - start, LocationKind.Absent));
        }
        return runs;
    }

    /// <summary>Makes the pages changeable that setting the blocks of one leaf will change, so that it cannot fail. The writer only.</summary>
    public void PrepareBlocks(long lba, MapEdit edit) => WritableLeaf(lba, edit);

    /// <summary>Likewise for setting a range to zero: only at its ends is a page changed that has to be read.</summary>
    public void PrepareZero(long lba, long blocks, MapEdit edit)
    {
        PrepareZeroAt(lba, lba, lba + blocks, edit);
        PrepareZeroAt(lba + blocks - 1, lba, lba + blocks, edit);
    }

    private void PrepareZeroAt(long lba, long from, long to, MapEdit edit)
    {
        if (LoadedRoot(out _) is null) return;
        var page = WritableRoot(edit);
        for (var level = height - 1; level > 0; level--)
        {
            var covered = 1L << level * MapPage.EntryBits;
            var start = lba / covered * covered;
            if (start >= from && start + covered <= to) return; // Goes as a whole, unread: damage in it goes with it.
            if (page.Child(IndexOf(lba, level), out var entry) is null && entry.Kind != LocationKind.Page) return;
            page = WritableChild(page, IndexOf(lba, level), level - 1, edit);
        }
    }

    /// <summary>Points a run of blocks to consecutive locations. The writer only.</summary>
    public void SetBlocks(long lba, Location location, ReadOnlySpan<uint> crcs, MapEdit edit)
    {
        while (crcs.Length > 0)
        {
            var first = (int)(lba % MapPage.Entries);
            var count = Math.Min(crcs.Length, MapPage.Entries - first);
            WritableLeaf(lba, edit).SetBlocks(first, location, crcs[..count], edit);
            lba += count;
            location = location.Plus(count);
            crcs = crcs[count..];
        }
    }

    /// <summary>Points those of a run of blocks in one leaf that are absent to consecutive blocks of the base. The writer only.</summary>
    public void Fill(long lba, Location location, ReadOnlySpan<uint> crcs, MapEdit edit) =>
        WritableLeaf(lba, edit).Fill((int)(lba % MapPage.Entries), location, crcs, edit);

    /// <summary>Makes a range read as zeroes; what is absent stays absent where there is no base that it would show. The writer only.</summary>
    public void SetZero(long lba, long blocks, MapEdit edit)
    {
        if (LoadedRoot(out var entry) is null && IsZeroes(entry)) return;
        SetZeroBelow(WritableRoot(edit), height - 1, lba, lba + blocks, edit);
    }

    private void SetZeroBelow(MapPage page, int level, long from, long to, MapEdit edit)
    {
        if (level == 0)
        {
            page.SetZero((int)(from % MapPage.Entries), (int)(to - from), Base is not null, edit);
            return;
        }
        var covered = 1L << level * MapPage.EntryBits;
        for (var at = from; at < to;)
        {
            var end = Math.Min(to, (at / covered + 1) * covered);
            var index = IndexOf(at, level);
            var child = page.Child(index, out var entry);
            if (child is not null || !IsZeroes(entry))
            {
                if (end - at == covered)
                {
                    if (child is not null || !entry.IsAbsent) edit.Freed.Trees.Add(new(new BlockMap(cache, level, child, entry, under: null), edit.SharedUpTo, Heir: null, edit.Added));
                    page.SetChildZero(index, edit.Epoch);
                }
                else
                {
                    SetZeroBelow(WritableChild(page, index, level - 1, edit), level - 1, at, end, edit);
                }
            }
            at = end;
        }
    }

    // Whether everything that an entry without a page stands for reads as zeroes.
    private bool IsZeroes(MapEntry entry) => entry.Kind == LocationKind.Zero || (entry.IsAbsent && Base is null);

    private MapPage WritableLeaf(long lba, MapEdit edit)
    {
        var page = WritableRoot(edit);
        for (var level = height - 1; level > 0; level--) page = WritableChild(page, IndexOf(lba, level), level - 1, edit);
        return page;
    }

    private MapPage WritableRoot(MapEdit edit)
    {
        var page = LoadedRoot(out var entry);
        var writable = Writable(page, height == 1, entry, edit);
        if (writable != page) Volatile.Write(ref root, writable);
        return writable;
    }

    private MapPage WritableChild(MapPage parent, int index, int level, MapEdit edit)
    {
        var unstored = parent.Child(index, out var entry);
        var page = unstored ?? (entry.Kind == LocationKind.Page ? cache.Load(entry, level == 0) : null);
        var writable = Writable(page, level == 0, entry, edit);
        if (writable != unstored) parent.SetChild(index, writable);
        return writable;
    }

    /// <summary>The page itself where it may be changed, or else a copy; or a new one in place of the entry that stands for it.</summary>
    private MapPage Writable(MapPage? page, bool isLeaf, MapEntry covering, MapEdit edit)
    {
        if (page is not null && page.Birth == edit.Epoch && (page.Generation == edit.Generation || Mutant.GenerationIgnored)) return page;
        cache.Backlog.Add(1);
        if (page is null) return Made(isLeaf, covering, edit.Epoch, edit.Generation);
        if (page.Birth > edit.SharedUpTo)
        {
            // Nobody else needs it: its stored form is out of use, and it need not be copied unless a checkpoint is at it.
            if (edit.IsStoring) edit.Freed.PagesBeingStored.Add(page);
            else if (page.IsStored) edit.Freed.Pages.Add(page.StoredAt);
            if (page.Birth == edit.Epoch && !edit.IsStoring)
            {
                page.Reopen(edit.Generation);
                return page;
            }
        }
        return page.Copy(edit.Epoch, edit.Generation);
    }

    /// <summary>A page in place of an entry that stood for all of it.</summary>
    private static MapPage Made(bool isLeaf, MapEntry covering, uint epoch, long generation)
    {
        var page = new MapPage(isLeaf, epoch, generation);
        page.Fill(covering);
        return page;
    }

    /// <summary>The root's page, read from the log where it has to be, and kept; or null and the entry that stands for the whole map.</summary>
    public MapPage? LoadedRoot(out MapEntry entry)
    {
        entry = rootEntry;
        if (Volatile.Read(ref root) is { } page) return page;
        if (entry.Kind != LocationKind.Page) return Volatile.Read(ref root);
        return Interlocked.CompareExchange(ref root, cache.Read(entry, height == 1), null) ?? root;
    }

    /// <summary>A page's child of the given level (0: leaf), likewise, and kept while memory allows.</summary>
    public MapPage? LoadedChild(MapPage parent, int index, int level, out MapEntry entry)
    {
        if (parent.Child(index, out entry) is { } child) return child;
        return entry.Kind == LocationKind.Page ? cache.Load(entry, level == 0) : null;
    }

    /// <summary>Likewise, without keeping in memory what had to be read: for walks, which come by once.</summary>
    public MapPage? ReadChild(MapPage parent, int index, int level, out MapEntry entry)
    {
        if (parent.Child(index, out entry) is { } child) return child;
        return entry.Kind == LocationKind.Page ? cache.Read(entry, level == 0) : null;
    }

    private static int IndexOf(long lba, int level) => (int)(lba >> level * MapPage.EntryBits) & (MapPage.Entries - 1);

    private static int HeightFor(long lengthBytes)
    {
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)(lengthBytes / Limits.BlockBytes - 1));
        return Math.Max(1, (bits + MapPage.EntryBits - 1) / MapPage.EntryBits);
    }
}
