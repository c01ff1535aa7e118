using System.Buffers.Binary;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Where a record stands: the number of its pack, its place in the pack's index, and what that says of it.</summary>
internal readonly record struct RecordPlace(int Pack, int Entry, PackEntry Record);

/// <summary>From ids to places, in a file: memory does not grow with it. Not thread-safe.</summary>
/// <remarks>
/// A hash table of pages. An id belongs into the page that its own bits name (it is as random as a hash can be) or, where
/// that is full, into the next with room; so a look-up mostly reads one page. A slot is never changed or freed, only
/// left out when the table is written anew because it is full, which doubles it or drops what stands in removed packs. A
/// record that several packs hold has several slots. Each page has a checksum: what a power cut tore is noticed, and the table is derived.
/// </remarks>
internal sealed class RecordTable : IDisposable
{
    public const int PagesMin = 16;

    private const int PageBytes = Limits.BlockBytes, HeaderBytes = 16, SlotBytes = 48;
    private const int PageSlots = (PageBytes - HeaderBytes) / SlotBytes;
    private const int PlainBits = 17;   // Limits.ChunkBytes is the largest plain length; above it stands the entry's number

    private readonly IFile file;
    private readonly long pages;
    private readonly byte[] page = new byte[PageBytes];

    /// <summary>A table in a file that has been filled before, or in an empty one.</summary>
    /// <param name="file">The file, which the table owns.</param>
    /// <param name="used">How many slots are taken in it.</param>
    /// <param name="pagesWanted">How many pages an empty file gets: a power of two.</param>
    public RecordTable(IFile file, long used, long pagesWanted)
    {
        (this.file, Used) = (file, used);
        if (file.LengthBytes == 0) file.SetLength(pagesWanted * PageBytes);
        pages = file.LengthBytes / PageBytes;
        if (!long.IsPow2(pages) || file.LengthBytes % PageBytes != 0) throw Damaged($"it has {file.LengthBytes} bytes");
    }

    /// <summary>How many slots are taken.</summary>
    public long Used { get; private set; }

    /// <summary>Whether so many more records need a larger table.</summary>
    public bool IsFullFor(int records) => Used + records > pages * PageSlots / 10 * 7;

    /// <summary>How many pages a table for so many records has.</summary>
    public static long PagesFor(long records)
    {
        var wanted = (long)PagesMin;
        while (records > wanted * PageSlots / 10 * 5) wanted *= 2;
        return wanted;
    }

    /// <summary>Adds a record; there must be room.</summary>
    public void Add(in RecordPlace place)
    {
        var number = PageOf(place.Record.Id);
        for (var tried = 0L; tried < pages; tried++, number = (number + 1) & (pages - 1))
        {
            var count = Load(number);
            if (count == PageSlots) continue;
            Write(page.AsSpan(HeaderBytes + count * SlotBytes, SlotBytes), place);
            Store(number, count + 1);
            Used++;
            return;
        }
        throw Damaged("it is full, which it says it is not");
    }

    /// <summary>The first place of a record of which the pack is wanted.</summary>
    public bool TryFind(ChunkId id, Func<int, bool> isWanted, out RecordPlace place)
    {
        var number = PageOf(id);
        for (var tried = 0L; tried < pages; tried++, number = (number + 1) & (pages - 1))
        {
            var count = Load(number);
            for (var i = 0; i < count; i++)
            {
                var slot = page.AsSpan(HeaderBytes + i * SlotBytes, SlotBytes);
                if (!slot[..ChunkId.Length].SequenceEqual(id)) continue;
                place = Read(slot);
                if (isWanted(place.Pack)) return true;
            }
            if (count < PageSlots) break;
        }
        place = default;
        return false;
    }

    /// <summary>All slots, page by page.</summary>
    public IEnumerable<RecordPlace> All()
    {
        for (var number = 0L; number < pages; number++)
        {
            var count = Load(number);
            var places = new RecordPlace[count];
            for (var i = 0; i < count; i++) places[i] = Read(page.AsSpan(HeaderBytes + i * SlotBytes, SlotBytes));
            foreach (var place in places) yield return place;
        }
    }

    /// <summary>Whether every page can be read; counts the slots anew.</summary>
    public bool IsWhole()
    {
        try
        {
            Used = 0;
            for (var number = 0L; number < pages; number++) Used += Load(number);
            return true;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { return false; }
    }

    /// <summary>Makes all of it survive a power cut.</summary>
    public void Sync() => file.Sync();

    public void Dispose() => file.Dispose();

    private long PageOf(ChunkId id) => (long)(BinaryPrimitives.ReadUInt64LittleEndian(id) & (ulong)(pages - 1));

    /// <summary>Reads a page; how many slots it has.</summary>
    private int Load(long number)
    {
        if (file.Read(number * PageBytes, page) != PageBytes) throw Damaged("it ends early");
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(page);
        var count = BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(4));
        if (crc == 0 && count == 0) return 0;   // never written
        BinaryPrimitives.WriteUInt32LittleEndian(page, 0);
        if (Crc32C.OfBlock(page) != crc || count is <= 0 or > PageSlots || BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(8)) != number) throw Damaged($"the checksum of page {number} is wrong");
        return count;
    }

    private void Store(long number, int count)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(page, 0);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(4), count);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(8), number);
        BinaryPrimitives.WriteUInt32LittleEndian(page, Crc32C.OfBlock(page));
        file.Write(number * PageBytes, page);
    }

    private static void Write(Span<byte> slot, in RecordPlace place)
    {
        var record = place.Record;
        record.Id.CopyTo(slot);
        BinaryPrimitives.WriteInt32LittleEndian(slot[32..], place.Pack);
        BinaryPrimitives.WriteInt32LittleEndian(slot[36..], record.OffsetBytes);
        BinaryPrimitives.WriteInt32LittleEndian(slot[40..], record.StoredLength | (int)record.Codec << 24);
        BinaryPrimitives.WriteInt32LittleEndian(slot[44..], record.PlainLength | place.Entry << PlainBits);
    }

    private static RecordPlace Read(ReadOnlySpan<byte> slot)
    {
        int stored = BinaryPrimitives.ReadInt32LittleEndian(slot[40..]), plain = BinaryPrimitives.ReadInt32LittleEndian(slot[44..]);
        var record = new PackEntry(new ChunkId(slot), BinaryPrimitives.ReadInt32LittleEndian(slot[36..]), stored & 0xFFFFFF, plain & ((1 << PlainBits) - 1), (ChunkCodec)(stored >> 24));
        return new RecordPlace(BinaryPrimitives.ReadInt32LittleEndian(slot[32..]), plain >> PlainBits, record);
    }

    private static EngineException Damaged(string how) => new(EngineFault.Corrupt, $"The index of the repository is damaged: {how}. It is derived: delete its directory, and it is built again.");
}
