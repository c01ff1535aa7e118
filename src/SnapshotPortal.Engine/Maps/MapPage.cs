using System.Runtime.InteropServices;

namespace SnapshotPortal.Engine.Maps;

/// <summary>A page of a map in memory: 256 entries, and for an inner page the pages below that are not stored.</summary>
/// <remarks>
/// One writer (the log's leader) changes entries in place, but only of a page that was born in its disk's current epoch
/// and in the pool's current generation; any other page is immutable and is copied first. An epoch ends with a snapshot,
/// a generation with the beginning of a checkpoint: that is what keeps both from seeing later changes.
/// Readers take no lock: they copy entries and compare <see cref="version"/> before and after.
/// A child that hangs here is the truth, and the entry beside it says <see cref="Unstored"/>. A checkpoint stores the
/// children, then the page with entries that point to them, and lets the children go: from then on they are found by
/// their place, in the <see cref="MapCache"/> or in the log.
/// </remarks>
internal sealed class MapPage
{
    public const int Entries = 256;
    public const int EntryBits = 8;

    // Stands for a child that is not stored yet: there is no segment 0.
    private static readonly Location Unstored = Location.Of(LocationKind.Page, 0, 0);

    private readonly MapEntry[] entries = new MapEntry[Entries];
    private MapPage?[]? children;
    private int version;
    private ulong storedAt;
    private uint storedCrc;

    public MapPage(bool isLeaf, uint birth, long generation)
    {
        IsLeaf = isLeaf;
        Birth = birth;
        Generation = generation;
    }

    /// <summary>A stored page, whose <see cref="Bytes"/> are then read.</summary>
    public MapPage(bool isLeaf, MapEntry stored)
        : this(isLeaf, stored.Birth, generation: -1) => MarkStored(stored.Location, stored.Crc);

    /// <summary>The epoch in which anything below last changed.</summary>
    public uint Birth { get; }

    /// <summary>The generation in which this page may be changed.</summary>
    public long Generation { get; private set; }

    public bool IsLeaf { get; }

    /// <summary>The entries as they are stored. Written before the page is published; read while nobody changes it.</summary>
    public Span<byte> Bytes => MemoryMarshal.AsBytes(entries.AsSpan());

    /// <summary>The entry of a stored page for the page above it. While nobody opens the page again.</summary>
    public MapEntry Stored => new(StoredAt, storedCrc, Birth);

    /// <summary>Where the page is stored; absent while it is not. Any thread: the writer may open the page again at any time.</summary>
    public Location StoredAt => new(Volatile.Read(ref storedAt));

    public bool IsStored => StoredAt.Kind == LocationKind.Page;

    public MapPage Copy(uint birth, long generation)
    {
        var copy = new MapPage(IsLeaf, birth, generation);
        // The children first: where a checkpoint lets them go meanwhile, the entries point to them already.
        var below = Volatile.Read(ref children);
        Volatile.ReadBarrier();
        entries.CopyTo(copy.entries, 0);
        if (below is not null) copy.TakeChildren(below);
        return copy;
    }

    // Stored ones stay behind: else pages that are copied in every generation would keep all below them in memory.
    private void TakeChildren(MapPage?[] below)
    {
        children = new MapPage?[Entries];
        for (var i = 0; i < Entries; i++)
        {
            if (below[i] is not { } child) continue;
            if (child.IsStored) entries[i] = child.Stored;
            else (children[i], entries[i]) = (child, new(Unstored, 0, child.Birth));
        }
    }

    /// <summary>Reads entries as one consistent state.</summary>
    public void Read(int first, Span<MapEntry> destination)
    {
        var spin = new SpinWait();
        while (true)
        {
            var before = Volatile.Read(ref version);
            if ((before & 1) == 0)
            {
                entries.AsSpan(first, destination.Length).CopyTo(destination);
                Volatile.ReadBarrier();
                if (version == before) return;
            }
            spin.SpinOnce();
        }
    }

    public MapEntry Read(int index)
    {
        MapEntry entry = default;
        Read(index, MemoryMarshal.CreateSpan(ref entry, 1));
        return entry;
    }

    /// <summary>Makes a stored page that nobody else needs changeable in place. The writer only, and not while a checkpoint runs.</summary>
    public void Reopen(long generation)
    {
        Generation = generation;
        Volatile.Write(ref storedAt, 0);
    }

    /// <summary>Sets a run of entries to consecutive blocks. The writer only.</summary>
    public void SetBlocks(int first, Location location, ReadOnlySpan<uint> crcs, MapEdit edit)
    {
        Free(first, crcs.Length, edit);
        edit.Added.Add(crcs.Length);
        BeginChange();
        for (var i = 0; i < crcs.Length; i++) entries[first + i] = new(location.Plus(i), crcs[i], edit.Epoch);
        EndChange();
    }

    /// <summary>Sets those of a run of entries that are absent to consecutive blocks of the base; the other blocks are not needed. The writer only.</summary>
    public void Fill(int first, Location location, ReadOnlySpan<uint> crcs, MapEdit edit)
    {
        BeginChange();
        for (var i = 0; i < crcs.Length; i++)
        {
            if (!entries[first + i].IsAbsent)
            {
                edit.Freed.Blocks.Add(location.Plus(i));
                continue;
            }
            edit.Added.Add(1);
            entries[first + i] = new(location.Plus(i).AsOfBase(), crcs[i], edit.Epoch);
        }
        EndChange();
    }

    /// <summary>Sets the blocks in a run of entries to zero, and what is absent where it hides a base; what is zero stays as it is. The writer only.</summary>
    public void SetZero(int first, int count, bool hidesBase, MapEdit edit)
    {
        Free(first, count, edit);
        BeginChange();
        for (var i = first; i < first + count; i++)
            if (entries[i].Kind == LocationKind.Block || (hidesBase && entries[i].IsAbsent)) entries[i] = MapEntry.Zero(edit.Epoch);
        EndChange();
    }

    /// <summary>Sets all entries to one value, before the page is published.</summary>
    public void Fill(MapEntry entry) => entries.AsSpan().Fill(entry);

    /// <summary>Sets the first entry, before the page is published.</summary>
    public void SetFirst(MapEntry entry) => entries[0] = entry;

    /// <summary>The unstored page below an entry, or null together with the entry that says what is there.</summary>
    public MapPage? Child(int index, out MapEntry entry)
    {
        do
        {
            entry = default;
            if (UnstoredChild(index) is { } child) return child;
            entry = Read(index);
        }
        while (entry.Location == Unstored); // The writer has put a child there meanwhile.
        return null;
    }

    /// <summary>The page below an entry, where it is not stored or was not when this page was last changed.</summary>
    public MapPage? UnstoredChild(int index) => Volatile.Read(ref children) is { } below ? Volatile.Read(ref below[index]) : null;

    /// <summary>Puts a changed child in place. The writer only.</summary>
    public void SetChild(int index, MapPage child)
    {
        var below = children;
        if (below is null) Volatile.Write(ref children, below = new MapPage?[Entries]);
        Volatile.Write(ref below[index], child);
        SetEntry(index, new(Unstored, 0, child.Birth));
    }

    /// <summary>Replaces a subtree by zeroes. The writer only.</summary>
    public void SetChildZero(int index, uint birth)
    {
        SetEntry(index, MapEntry.Zero(birth));
        if (children is { } below && !Mutant.TrimLeavesChildren) Volatile.Write(ref below[index], null);
    }

    /// <summary>Points the entries to the children, all stored before, and lets these go. For a page that is not changed any more.</summary>
    public void Seal()
    {
        if (children is not { } below) return;
        BeginChange();
        for (var i = 0; i < Entries; i++)
            if (below[i] is { } child) entries[i] = child.Stored;
        EndChange();
        Volatile.Write(ref children, null);
    }

    public void MarkStored(Location location, uint crc)
    {
        storedCrc = crc;
        Volatile.Write(ref storedAt, location.Value);
    }

    private void Free(int first, int count, MapEdit edit)
    {
        foreach (var entry in entries.AsSpan(first, count))
            if (entry.Kind == LocationKind.Block && (entry.Birth > edit.SharedUpTo || Mutant.SharedBlockFreed))
            {
                edit.Freed.Blocks.Add(entry.Location);
                edit.Added.Add(-1);
            }
    }

    private void SetEntry(int index, MapEntry entry)
    {
        BeginChange();
        entries[index] = entry;
        EndChange();
    }

    private void BeginChange()
    {
        version++;
        Volatile.WriteBarrier();
    }

    private void EndChange() => Volatile.Write(ref version, version + 1);
}
