using System.Runtime.InteropServices;

namespace SnapshotPortal.Engine.Maps;

/// <summary>A page of a map in memory: 256 entries, and for an inner page the loaded pages below.</summary>
/// <remarks>
/// One writer (the log's leader) changes entries in place, but only of a page that was born in its disk's current epoch
/// and in the pool's current generation; any other page is immutable and is copied first. An epoch ends with a snapshot,
/// a generation with the beginning of a checkpoint: that is what keeps both from seeing later changes.
/// Readers take no lock: they copy entries and compare <see cref="version"/> before and after.
/// A loaded child is the truth; the entry beside it may be older and is brought up to date when the page is stored.
/// </remarks>
internal sealed class MapPage
{
    public const int Entries = 256;
    public const int EntryBits = 8;

    private readonly MapEntry[] entries = new MapEntry[Entries];
    private readonly MapPage?[]? children;
    private int version;
    private ulong storedAt;
    private uint storedCrc;

    public MapPage(bool isLeaf, uint birth, long generation)
    {
        Birth = birth;
        Generation = generation;
        if (!isLeaf) children = new MapPage?[Entries];
    }

    /// <summary>The epoch in which anything below last changed.</summary>
    public uint Birth { get; }

    /// <summary>The generation in which this page may be changed.</summary>
    public long Generation { get; private set; }

    public bool IsLeaf => children is null;

    /// <summary>The entry of a stored page for the page above it. While nobody opens the page again.</summary>
    public MapEntry Stored => new(StoredAt, storedCrc, Birth);

    /// <summary>Where the page is stored; absent while it is not. Any thread: the writer may open the page again at any time.</summary>
    public Location StoredAt => new(Volatile.Read(ref storedAt));

    public bool IsStored => StoredAt.Kind == LocationKind.Page;

    public MapPage Copy(uint birth, long generation)
    {
        var copy = new MapPage(IsLeaf, birth, generation);
        entries.CopyTo(copy.entries, 0);
        children?.CopyTo(copy.children!, 0);
        return copy;
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
        BeginChange();
        for (var i = 0; i < crcs.Length; i++) entries[first + i] = new(location.Plus(i), crcs[i], edit.Epoch);
        EndChange();
    }

    /// <summary>Sets the blocks in a run of entries to zero; what is absent or zero stays as it is. The writer only.</summary>
    public void SetZero(int first, int count, MapEdit edit)
    {
        Free(first, count, edit);
        BeginChange();
        for (var i = first; i < first + count; i++)
            if (entries[i].Kind == LocationKind.Block) entries[i] = MapEntry.Zero(edit.Epoch);
        EndChange();
    }

    /// <summary>Sets all entries to one value, before the page is published.</summary>
    public void Fill(MapEntry entry) => entries.AsSpan().Fill(entry);

    /// <summary>Sets the first entry, before the page is published.</summary>
    public void SetFirst(MapEntry entry) => entries[0] = entry;

    /// <summary>The loaded page below an entry, or null together with the entry that says what is there.</summary>
    public MapPage? Child(int index, out MapEntry entry)
    {
        entry = default;
        if (Volatile.Read(ref children![index]) is { } child) return child;
        entry = Read(index);
        // The writer publishes a child before its entry: whoever saw the entry of an unstored child finds the child now.
        return Volatile.Read(ref children[index]);
    }

    /// <summary>The page below an entry, where it is in memory.</summary>
    public MapPage? Loaded(int index) => Volatile.Read(ref children![index]);

    /// <summary>Puts a changed child in place. The writer only.</summary>
    public void SetChild(int index, MapPage child)
    {
        lock (children!)
        {
            Volatile.Write(ref children[index], child);
            SetEntry(index, new(Location.Of(LocationKind.Page, 0, 0), 0, child.Birth));
        }
    }

    /// <summary>Replaces a subtree by zeroes. The writer only.</summary>
    public void SetChildZero(int index, uint birth)
    {
        lock (children!)
        {
            SetEntry(index, MapEntry.Zero(birth));
            if (!Mutant.TrimLeavesChildren) Volatile.Write(ref children[index], null);
        }
    }

    /// <summary>Puts a page read from the log in place, unless the writer changed the entry meanwhile.</summary>
    public void OfferChild(int index, MapPage loaded)
    {
        lock (children!)
        {
            if (children[index] is null && entries[index] == loaded.Stored) Volatile.Write(ref children[index], loaded);
        }
    }

    /// <summary>Makes the stored form, all loaded children stored before. For a page that is not changed any more.</summary>
    public void Store(Span<byte> destination)
    {
        for (var i = 0; children is not null && i < Entries; i++)
            if (children[i] is { } child) entries[i] = child.Stored;
        MemoryMarshal.AsBytes(entries.AsSpan()).CopyTo(destination);
    }

    public void MarkStored(Location location, uint crc)
    {
        storedCrc = crc;
        Volatile.Write(ref storedAt, location.Value);
    }

    /// <summary>Makes a page of its stored form, whose checksum has been compared.</summary>
    public static MapPage Load(ReadOnlySpan<byte> source, bool isLeaf, MapEntry stored)
    {
        var page = new MapPage(isLeaf, stored.Birth, generation: -1);
        page.MarkStored(stored.Location, stored.Crc);
        source.CopyTo(MemoryMarshal.AsBytes(page.entries.AsSpan()));
        return page;
    }

    private void Free(int first, int count, MapEdit edit)
    {
        foreach (var entry in entries.AsSpan(first, count))
            if (entry.Kind == LocationKind.Block && (entry.Birth > edit.SharedUpTo || Mutant.SharedBlockFreed)) edit.Freed.Blocks.Add(entry.Location);
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
