using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Maps;

/// <summary>
/// The stored pages of all maps that are in memory, by where they are stored: as many as the budget allows, those that are
/// used again and again. Thread-safe; look-ups take no lock.
/// </summary>
/// <remarks>
/// A place belongs to one of many sets of eight slots, so that it is found by comparing eight neighbouring numbers. A full
/// set gives up a page that was not used since the set last looked for one (second chance). Keys and pages are not written
/// as one: a page counts only where it says itself that it is stored there.
/// What is not stored yet hangs in the trees and is counted by <see cref="Backlog"/>, which makes checkpoints begin and writers
/// wait. Each gets one half of the budget.
/// </remarks>
internal sealed class MapCache
{
    private const int Ways = 8;

    // A page's entries and what is around them; an inner one that was changed also has its pointers.
    private const int PageBytes = Limits.BlockBytes + 512;

    private readonly SegmentFiles segments;
    private readonly Location[] places;
    private readonly MapPage?[] pages;
    private readonly bool[] used;
    private readonly Lock[] guards = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];
    private readonly Tally hits = new();
    private long misses;

    public MapCache(SegmentFiles segments, long budgetBytes)
    {
        this.segments = segments;
        var slots = (int)Math.Clamp(budgetBytes / 2 / PageBytes / Ways, 1, int.MaxValue / Ways) * Ways;
        places = new Location[slots];
        pages = new MapPage?[slots];
        used = new bool[slots];
        var unstoredMax = Math.Max(2, budgetBytes / 2 / PageBytes);
        Backlog = new(due: (unstoredMax + 3) / 4, unstoredMax);
    }

    /// <summary>Pages that were changed and are not stored yet.</summary>
    public Backlog Backlog { get; }

    /// <summary>Stored pages that were needed and in memory.</summary>
    public long Hits => hits.Total;

    /// <summary>Pages that had to be read from the log.</summary>
    public long Misses => Volatile.Read(ref misses);

    /// <summary>The page that an entry points to, kept in memory for the next time. <see cref="EngineFault.Corrupt"/> where it is damaged.</summary>
    public MapPage Load(MapEntry entry, bool isLeaf)
    {
        if (Find(entry.Location) is { } page) return page;
        page = FromLog(entry, isLeaf);
        Keep(page);
        return page;
    }

    /// <summary>Likewise, without keeping what had to be read: for walks, which come by once.</summary>
    public MapPage Read(MapEntry entry, bool isLeaf) => Find(entry.Location) ?? FromLog(entry, isLeaf);

    /// <summary>Keeps a stored page in memory.</summary>
    public void Keep(MapPage page)
    {
        var place = page.StoredAt;
        var first = SetOf(place);
        lock (guards[first / Ways % guards.Length])
        {
            var slot = SlotFor(first);
            pages[slot] = page;
            places[slot] = place;
            used[slot] = true;
        }
    }

    private int SlotFor(int first)
    {
        for (var slot = first; slot < first + Ways; slot++)
            if (pages[slot] is not { } page || page.StoredAt != places[slot]) return slot;
        for (var slot = first; slot < first + Ways; slot++)
        {
            if (!used[slot]) return slot;
            used[slot] = false;
        }
        return first + (int)(Misses % Ways);
    }

    private MapPage? Find(Location place)
    {
        var first = SetOf(place);
        for (var slot = first; slot < first + Ways; slot++)
        {
            if (places[slot] != place || Volatile.Read(ref pages[slot]) is not { } page || page.StoredAt != place) continue;
            if (!used[slot]) used[slot] = true;
            hits.Add(1);
            return page;
        }
        return null;
    }

    private int SetOf(Location place)
    {
        var spread = (place.Value * 0x9E3779B97F4A7C15) >> 32;
        return (int)(spread * (ulong)(places.Length / Ways) >> 32) * Ways;
    }

    private MapPage FromLog(MapEntry entry, bool isLeaf)
    {
        Interlocked.Increment(ref misses);
        var page = new MapPage(isLeaf, entry);
        segments.ReadChecked(entry, page.Bytes);
        return page;
    }
}
