using System.Diagnostics.CodeAnalysis;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>A pack as the index knows it: all but its records.</summary>
internal sealed class StoredPack(int number, long firstRecord, PackKind kind, ChunkId digest, string owner, Guid keyId, int lengthBytes, int records)
{
    /// <summary>Counts the packs in the order in which they came; no number is used twice.</summary>
    public int Number => number;

    /// <summary>How many records all packs before it had: its records have numbers from here on.</summary>
    public long FirstRecord => firstRecord;

    public PackKind Kind => kind;

    public ChunkId Digest => digest;

    public string Owner => owner;

    public Guid KeyId => keyId;

    public int LengthBytes => lengthBytes;

    public int Records => records;

    /// <summary>Whether it was read back in this life and found to be what its name says.</summary>
    public bool IsProven { get; set; }

    /// <summary>Whether it was found to be something else than its name says.</summary>
    public bool IsSuspect { get; set; }

    public string ObjectName => Pack.NameOf(kind, digest);
}

/// <summary>Where a record stands.</summary>
internal readonly record struct PackLocation(StoredPack Pack, int Entry, PackEntry Record);

/// <summary>Where every record of the repository stands. Not thread-safe.</summary>
/// <remarks>
/// Packs are in memory: about 200 bytes each, 12 MB for a TiB of packs of 16 MiB. Their records are in a <see cref="RecordTable"/>, and
/// both in a directory where there is one, so that a start reads no pack again. All of it is derived from the packs' ends.
/// </remarks>
internal sealed class PackIndex(IndexFiles files) : IDisposable
{
    private readonly List<StoredPack?> packs = [];
    private readonly Dictionary<ChunkId, int> numbers = [];
    private readonly Dictionary<string, string> owners = new(StringComparer.Ordinal);
    private RecordTable table = new(new Files.MemoryFile(), 0, RecordTable.PagesMin);

    /// <summary>The packs that are there.</summary>
    public IEnumerable<StoredPack> Packs => packs.OfType<StoredPack>();

    /// <summary>How many packs there ever were: later ones have numbers from here on.</summary>
    public int Numbers => packs.Count;

    /// <summary>How many records there ever were.</summary>
    public long Records { get; private set; }

    /// <summary>Takes up what an earlier life left in the directory.</summary>
    public void Open()
    {
        table.Dispose();
        (var entries, table, var reserved) = files.Open();
        foreach (var entry in entries)
        {
            if (entry.IsRemoval) RemoveNumber(entry.Number);
            else AddPack(entry.Number, entry.Kind, entry.Digest, entry.Owner, entry.KeyId, entry.LengthBytes, entry.Records).IsProven = entry.IsProven;
        }
        SkipTo(reserved);
    }

    public bool TryGet(ChunkId digest, [MaybeNullWhen(false)] out StoredPack pack)
    {
        pack = numbers.TryGetValue(digest, out var number) ? packs[number] : null;
        return pack is not null;
    }

    /// <summary>Finds a record, in a suspect pack only where no other has it.</summary>
    public bool TryFind(ChunkId id, out PackLocation location) => TryFindSound(id, out location) || TryFind(id, IsThere, out location);

    /// <summary>Finds a record in a pack that is not suspect.</summary>
    public bool TryFindSound(ChunkId id, out PackLocation location) => TryFind(id, IsSound, out location);

    /// <summary>Adds a pack, unless it is there.</summary>
    public StoredPack Add(Pack pack)
    {
        if (TryGet(pack.Digest, out var known)) return known;
        if (table.IsFullFor(pack.Entries.Length)) Rewrite(pack.Entries.Length);
        files.Reserve(packs.Count);
        var added = AddPack(packs.Count, pack.Kind, pack.Digest, pack.Owner, pack.KeyId, (int)pack.LengthBytes, pack.Entries.Length);
        for (var entry = 0; entry < pack.Entries.Length; entry++) table.Add(new RecordPlace(added.Number, entry, pack.Entries[entry]));
        files.Note(added);
        return added;
    }

    public void Remove(StoredPack pack)
    {
        RemoveNumber(pack.Number);
        files.NoteRemoval(pack.Number);
    }

    /// <summary>Makes what was added and removed outlast this life.</summary>
    public void Save() => files.Save(table, packs.Count);

    public void Dispose()
    {
        table.Dispose();
        files.Dispose();
    }

    private bool TryFind(ChunkId id, Func<int, bool> isWanted, out PackLocation location)
    {
        var isFound = table.TryFind(id, isWanted, out var place);
        location = isFound ? new PackLocation(packs[place.Pack]!, place.Entry, place.Record) : default;
        return isFound;
    }

    private bool IsThere(int number) => packs[number] is not null;

    private bool IsSound(int number) => packs[number] is { IsSuspect: false };

    private void SkipTo(int number)
    {
        while (packs.Count < number) packs.Add(null);
    }

    private StoredPack AddPack(int number, PackKind kind, ChunkId digest, string owner, Guid keyId, int lengthBytes, int records)
    {
        // Many packs have the same owner.
        if (!owners.TryGetValue(owner, out var shared)) owners.Add(owner, shared = owner);
        SkipTo(number);
        var pack = new StoredPack(number, Records, kind, digest, shared, keyId, lengthBytes, records);
        packs.Add(pack);
        numbers[digest] = pack.Number;
        Records += records;
        return pack;
    }

    private void RemoveNumber(int number)
    {
        if (packs[number] is not { } pack) return;
        numbers.Remove(pack.Digest);
        packs[number] = null;
    }

    private void Rewrite(int added)
    {
        var live = Packs.Sum(pack => (long)pack.Records) + added;
        table = files.Replace(table, RecordTable.PagesFor(live), table.All().Where(place => IsThere(place.Pack)));
    }
}
