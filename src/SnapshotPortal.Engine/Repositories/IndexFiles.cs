using System.Buffers.Binary;
using System.Text;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>That a pack was added to the index, or removed from it.</summary>
internal readonly record struct IndexLogEntry(bool IsRemoval, int Number, PackKind Kind, bool IsProven, ChunkId Digest, string Owner, Guid KeyId, int LengthBytes, int Records)
{
    public static IndexLogEntry Of(StoredPack pack) => new(false, pack.Number, pack.Kind, pack.IsProven, pack.Digest, pack.Owner, pack.KeyId, pack.LengthBytes, pack.Records);

    public static IndexLogEntry Removal(int number) => new(true, number, default, false, default, "", default, 0, 0);
}

/// <summary>The index in a directory: the table of records, and a log of the packs that are in it. Not thread-safe.</summary>
/// <remarks>
/// The log says of a pack that it is in the table only after the table was synced; so whatever a power cut loses of the
/// table belongs to packs that the log does not name, and they are read again. What a power cut kept of them all the same is
/// passed over, because the numbers of packs are reserved in the log before the table has one of them. What does not check is thrown away and built anew:
/// nothing here is more than a memory of what the packs' ends say. Without a directory everything is in memory.
/// </remarks>
internal sealed class IndexFiles(IFileSystem? files, string directory, Guid repositoryId) : IDisposable
{
    private const int EntryBytes = 128, CrcAt = EntryBytes - 4, OwnerAt = 60;
    private const byte AddedKind = 1, RemovedKind = 2, SavedKind = 3, ReservedKind = 4, ProvenFlag = 128;
    private const int ReservedAtOnce = 256;

    private readonly List<(StoredPack? Added, int Removed)> unsaved = [];
    private IDisposable? held;
    private IFile? log;
    private int reserved;

    private static ReadOnlySpan<byte> Magic => "SNAPINDX"u8;

    private string TablePath => directory + "/records";

    private string LogPath => directory + "/packs";

    /// <summary>What an earlier life saved, its table, and below which number its packs are; all empty where there is none that can be used.</summary>
    public (List<IndexLogEntry> Entries, RecordTable Table, int Reserved) Open()
    {
        if (files is null) return ([], new RecordTable(new MemoryFile(), 0, RecordTable.PagesMin), 0);
        files.CreateDirectory(directory);
        held = files.Lock(directory + "/lock");
        files.Delete(TablePath + ".new");
        if (files.Exists(LogPath) && files.Exists(TablePath))
        {
            log = files.Open(LogPath);
            if (TryReadLog(out var entries, out var used, out var isCut) && TryOpenTable(used, isCut) is { } table) return (entries, table, reserved);
            log.Dispose();
        }
        return ([], Begin(), 0);
    }

    /// <summary>Puts a table of that many pages with those places where the old one is, which stays until the new one is whole.</summary>
    public RecordTable Replace(RecordTable old, long pages, IEnumerable<RecordPlace> places)
    {
        var replaced = new RecordTable(files is null ? new MemoryFile() : files.Create(TablePath + ".new"), 0, pages);
        foreach (var place in places) replaced.Add(place);
        old.Dispose();
        if (files is null) return replaced;
        replaced.Sync();
        files.Rename(TablePath + ".new", TablePath);
        files.SyncDirectory(directory);
        return replaced;
    }

    /// <summary>Makes sure that no later life gives its packs this number.</summary>
    public void Reserve(int number)
    {
        if (files is null || number < reserved) return;
        reserved = number + ReservedAtOnce;
        var bytes = new byte[EntryBytes];
        bytes[0] = ReservedKind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), reserved);
        Append(log!.LengthBytes, bytes);
    }

    /// <summary>Remembers a pack for the next saving.</summary>
    public void Note(StoredPack added)
    {
        if (files is not null) unsaved.Add((added, 0));
    }

    /// <summary>Remembers a removal for the next saving.</summary>
    public void NoteRemoval(int number)
    {
        if (files is not null) unsaved.Add((null, number));
    }

    /// <summary>Syncs the table, then logs what is in it. All numbers in it are below <paramref name="numbers"/>.</summary>
    public void Save(RecordTable table, int numbers)
    {
        if (files is null || unsaved.Count == 0) return;
        table.Sync();
        var bytes = new byte[(unsaved.Count + 1) * EntryBytes];
        for (var i = 0; i < unsaved.Count; i++) Encode(bytes.AsSpan(i * EntryBytes, EntryBytes), unsaved[i].Added is { } added ? IndexLogEntry.Of(added) : IndexLogEntry.Removal(unsaved[i].Removed));
        var last = bytes.AsSpan(unsaved.Count * EntryBytes);
        last[0] = SavedKind;
        BinaryPrimitives.WriteInt32LittleEndian(last[8..], numbers);
        BinaryPrimitives.WriteInt64LittleEndian(last[12..], table.Used);
        Append(log!.LengthBytes, bytes);
        reserved = numbers;
        unsaved.Clear();
    }

    public void Dispose()
    {
        log?.Dispose();
        held?.Dispose();
    }

    private RecordTable Begin()
    {
        files!.Delete(LogPath);
        files.Delete(TablePath);
        files.SyncDirectory(directory);
        var table = new RecordTable(files.Create(TablePath), 0, RecordTable.PagesMin);
        table.Sync();
        log = files.Create(LogPath);
        reserved = 0;
        var header = new byte[EntryBytes];
        Magic.CopyTo(header);
        repositoryId.TryWriteBytes(header.AsSpan(16), bigEndian: true, out _);
        Append(0, header);
        files.SyncDirectory(directory);
        return table;
    }

    // A life that was cut short may have left pages that a power cut tore. One that ended well has synced all of them.
    private RecordTable? TryOpenTable(long used, bool isCut)
    {
        RecordTable? table = null;
        try
        {
            table = new RecordTable(files!.Open(TablePath), used, RecordTable.PagesMin);
            if (!isCut || table.IsWhole()) return table;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { }
        table?.Dispose();
        return null;
    }

    private void Append(long offset, byte[] entries)
    {
        for (var i = 0; i < entries.Length; i += EntryBytes) BinaryPrimitives.WriteUInt32LittleEndian(entries.AsSpan(i + CrcAt), Crc32C.Of(entries.AsSpan(i, CrcAt)));
        log!.Write(offset, entries);
        log.Sync();
    }

    private bool TryReadLog(out List<IndexLogEntry> entries, out long used, out bool isCut)
    {
        (entries, used, isCut) = ([], 0, false);
        var bytes = new byte[EntryBytes];
        var header = Take(0, bytes);
        if (!header || !bytes.AsSpan(0, 8).SequenceEqual(Magic) || new Guid(bytes.AsSpan(16, 16), bigEndian: true) != repositoryId) return false;
        var offset = (long)EntryBytes;
        for (; Take(offset, bytes); offset += EntryBytes)
        {
            if (bytes[0] is SavedKind or ReservedKind)
            {
                isCut = bytes[0] == ReservedKind;
                reserved = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
                if (bytes[0] == SavedKind) used = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(12));
                continue;
            }
            var entry = Decode(bytes);
            used += entry.Records;
            entries.Add(entry);
        }
        log!.SetLength(offset);   // what a power cut tore is written over
        return entries.Count > 0;
    }

    private bool Take(long offset, byte[] bytes) =>
        log!.Read(offset, bytes) == EntryBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(CrcAt)) == Crc32C.Of(bytes.AsSpan(0, CrcAt));

    private static void Encode(Span<byte> bytes, IndexLogEntry entry)
    {
        bytes[0] = entry.IsRemoval ? RemovedKind : AddedKind;
        bytes[1] = (byte)((byte)entry.Kind | (entry.IsProven ? ProvenFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)entry.Records);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], entry.LengthBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], entry.Number);
        entry.Digest.CopyTo(bytes[12..]);
        entry.KeyId.TryWriteBytes(bytes[44..]);
        Encoding.ASCII.GetBytes(entry.Owner, bytes[OwnerAt..CrcAt]);
    }

    private static IndexLogEntry Decode(ReadOnlySpan<byte> bytes) => new(
        bytes[0] == RemovedKind,
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        (PackKind)(bytes[1] & ~ProvenFlag),
        (bytes[1] & ProvenFlag) != 0,
        new ChunkId(bytes[12..44]),
        Encoding.ASCII.GetString(bytes[OwnerAt..CrcAt].TrimEnd((byte)0)),
        new Guid(bytes[44..60]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
}
