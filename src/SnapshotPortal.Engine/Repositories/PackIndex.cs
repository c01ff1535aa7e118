using System.Diagnostics.CodeAnalysis;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Where a record stands.</summary>
internal readonly record struct PackLocation(Pack Pack, int Entry)
{
    public PackEntry Record => Pack.Entries[Entry];
}

/// <summary>Where every record of the repository stands. Not thread-safe.</summary>
/// <remarks>
/// An open-addressed table of 8-byte slots (pack number, entry number) over the entries of the packs. With its 52 bytes an entry
/// and a table between a third and two thirds full it takes about 70 bytes a chunk: 1.2 GB for a TiB of distinct content.
/// It is derived from the packs' ends and can always be built again. A record that two packs hold is found in one of them.
/// </remarks>
internal sealed class PackIndex
{
    private const int EntryBits = 14;   // Pack.EntriesMax
    private const int SlotsMin = 1024;

    private readonly List<Pack?> packs = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private ulong[] slots = new ulong[SlotsMin];
    private int used;

    public IReadOnlyCollection<Pack> Packs => [.. packs.OfType<Pack>()];

    public bool Contains(string objectName) => numbers.ContainsKey(objectName);

    public bool TryFind(ChunkId id, [MaybeNullWhen(false)] out PackLocation location)
    {
        var slot = slots[SlotOf(id)];
        location = slot == 0 ? default : Locate(slot);
        return slot != 0;
    }

    public void Add(Pack pack)
    {
        if (!numbers.TryAdd(pack.ObjectName, packs.Count)) return;
        packs.Add(pack);
        if ((used + pack.Entries.Length) * 3L > slots.Length * 2L) Rebuild();
        else Insert(packs.Count - 1);
    }

    public void Remove(IReadOnlyCollection<string> objectNames)
    {
        foreach (var name in objectNames)
        {
            if (numbers.Remove(name, out var number)) packs[number] = null;
        }
        Rebuild();
    }

    private void Rebuild()
    {
        packs.RemoveAll(pack => pack is null);
        numbers.Clear();
        var needed = packs.Sum(pack => (long)pack!.Entries.Length) * 2;
        var length = SlotsMin;
        while (length < needed) length = checked(length * 2);
        slots = new ulong[length];
        used = 0;
        for (var number = 0; number < packs.Count; number++)
        {
            numbers.Add(packs[number]!.ObjectName, number);
            Insert(number);
        }
    }

    private void Insert(int number)
    {
        var entries = packs[number]!.Entries;
        for (var entry = 0; entry < entries.Length; entry++)
        {
            ref var slot = ref slots[SlotOf(entries[entry].Id)];
            if (slot != 0) continue;
            slot = (((ulong)number << EntryBits) | (uint)entry) + 1;
            used++;
        }
    }

    // The slot of an id, or the free one where it belongs. The table is never full, so the walk ends.
    private int SlotOf(ChunkId id)
    {
        var mask = slots.Length - 1;
        for (var i = id.GetHashCode() & mask; ; i = (i + 1) & mask)
        {
            if (slots[i] == 0 || Locate(slots[i]).Record.Id == id) return i;
        }
    }

    private PackLocation Locate(ulong slot) => new(packs[(int)((slot - 1) >> EntryBits)]!, (int)((slot - 1) & (Pack.EntriesMax - 1)));
}
