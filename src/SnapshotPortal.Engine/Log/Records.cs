using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace SnapshotPortal.Engine.Log;

/// <summary>What a record of a batch says: docs/format.md, Batch.</summary>
internal enum RecordKind : byte
{
    Write = 1,
    Zero = 2,
    MapPages = 3,
    CreateDisk = 4,
    DeleteDisk = 5,
    TakeSnapshot = 6,
    DeleteSnapshot = 7,
    CloneDisk = 8,
    ResizeDisk = 9,
    RollBackDisk = 10,
    CreateDiskOnBase = 11,
    Fill = 12,
    LetBaseGo = 13,
}

/// <summary>A change of the table of disks and snapshots: the records from 4 on, but for <see cref="RecordKind.Fill"/>.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Disk">The disk concerned or made.</param>
/// <param name="Snapshot">The snapshot made, deleted, cloned or rolled back to.</param>
/// <param name="Kept">The snapshot that keeps the state before a roll back.</param>
/// <param name="LengthBytes">The size of a disk that is made or resized.</param>
/// <param name="Name">The name of what is made.</param>
/// <param name="KeyCheck">The check value of an encrypted disk's key; 0 where it is not encrypted.</param>
/// <param name="BaseBytes">The size of the base of a disk that is made on one.</param>
/// <param name="Base">Its name.</param>
internal readonly record struct PoolChange(
    RecordKind Kind, uint Disk = 0, uint Snapshot = 0, uint Kept = 0, long LengthBytes = 0, string Name = "", UInt128 KeyCheck = default, long BaseBytes = 0, string Base = "");

/// <summary>Writes records one after another into the zeroed bytes behind a batch header.</summary>
internal ref struct RecordWriter(Span<byte> bytes)
{
    private const int FixedBytes = 16;
    private const int CreateDiskBytes = 36;
    private const int CreateDiskOnBaseBytes = 48;
    private readonly Span<byte> bytes = bytes;

    public int Position { get; private set; }

    public static int BytesOfWrite(int blocks) => Padded(FixedBytes + blocks * sizeof(uint));

    public static int BytesOfZero => FixedBytes + 8;

    /// <summary>Begins a write and returns the place of its checksums.</summary>
    public Span<uint> Write(uint disk, long lba, int blocks) => Checksummed(RecordKind.Write, disk, (ulong)lba, blocks);

    /// <summary>Begins a fill and returns the place of its checksums.</summary>
    public Span<uint> Fill(uint disk, long lba, int blocks) => Checksummed(RecordKind.Fill, disk, (ulong)lba, blocks);

    /// <summary>Begins a record of map pages and returns the place of their checksums.</summary>
    public Span<uint> MapPages(int pages)
    {
        var record = Begin(RecordKind.MapPages, pages, Padded(8 + pages * sizeof(uint)));
        return MemoryMarshal.Cast<byte, uint>(record.Slice(8, pages * sizeof(uint)));
    }

    public void Zero(uint disk, long lba, long blocks)
    {
        var record = Begin(RecordKind.Zero, 0, BytesOfZero);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], disk);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], lba);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], blocks);
    }

    public void Change(PoolChange change)
    {
        var name = Encoding.UTF8.GetByteCount(change.Name);
        var start = change.Kind switch
        {
            RecordKind.CreateDisk => CreateDiskBytes,
            RecordKind.CreateDiskOnBase => CreateDiskOnBaseBytes,
            RecordKind.ResizeDisk or RecordKind.RollBackDisk => 16,
            RecordKind.TakeSnapshot => 12,
            RecordKind.CloneDisk => 24,
            _ => 8,
        };
        var record = Begin(change.Kind, name, Padded(start + name + Encoding.UTF8.GetByteCount(change.Base)));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], change.Kind == RecordKind.DeleteSnapshot ? change.Snapshot : change.Disk);
        if (change.Kind is RecordKind.TakeSnapshot or RecordKind.CloneDisk or RecordKind.RollBackDisk)
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], change.Snapshot);
        if (change.Kind is RecordKind.RollBackDisk)
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], change.Kept);
        if (change.Kind is RecordKind.CreateDisk or RecordKind.CreateDiskOnBase or RecordKind.ResizeDisk)
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], change.LengthBytes);
        if (change.Kind is RecordKind.CloneDisk)
            BinaryPrimitives.WriteInt64LittleEndian(record[16..], change.LengthBytes);
        if (change.Kind is RecordKind.CreateDisk or RecordKind.CreateDiskOnBase)
            new FieldWriter(record[16..]).KeyCheck(change.KeyCheck);
        Encoding.UTF8.GetBytes(change.Name, record[start..]);
        if (change.Kind != RecordKind.CreateDiskOnBase) return;
        BinaryPrimitives.WriteInt64LittleEndian(record[36..], change.BaseBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record[44..], Encoding.UTF8.GetByteCount(change.Base));
        Encoding.UTF8.GetBytes(change.Base, record[(start + name)..]);
    }

    private Span<uint> Checksummed(RecordKind kind, uint disk, ulong lba, int blocks)
    {
        var record = Begin(kind, blocks, BytesOfWrite(blocks));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], disk);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], lba);
        return MemoryMarshal.Cast<byte, uint>(record.Slice(FixedBytes, blocks * sizeof(uint)));
    }

    private Span<byte> Begin(RecordKind kind, int count, int length)
    {
        var record = bytes.Slice(Position, length);
        Position += length;
        record.Clear();
        record[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], checked((ushort)count));
        return record;
    }

    internal static int Padded(int length) => length + 7 & ~7;
}

/// <summary>Reads the records of a batch whose header has been checked; what does not fit is damage.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> records, string what)
{
    private readonly ReadOnlySpan<byte> records = records;
    private FieldReader fields = new(records, what);

    public RecordKind Kind { get; private set; }

    public uint Disk { get; private set; }

    public long Lba { get; private set; }

    /// <summary>The blocks that a <see cref="RecordKind.Zero"/> stands for.</summary>
    public long Blocks { get; private set; }

    /// <summary>The checksums of the record's data blocks.</summary>
    public ReadOnlySpan<uint> Crcs { get; private set; }

    public PoolChange Change { get; private set; }

    public bool Next()
    {
        if (fields.Left == 0) return false;
        var start = fields.Position;
        Kind = (RecordKind)fields.U8();
        fields.Zero(1);
        var count = fields.U16();
        Crcs = default;
        Disk = 0;
        switch (Kind)
        {
            case RecordKind.Write or RecordKind.Fill:
                Disk = fields.U32();
                Lba = (long)fields.U64();
                Crcs = MemoryMarshal.Cast<byte, uint>(fields.Bytes(count * sizeof(uint)));
                break;
            case RecordKind.MapPages:
                fields.Zero(4);
                Crcs = MemoryMarshal.Cast<byte, uint>(fields.Bytes(count * sizeof(uint)));
                break;
            case RecordKind.Zero:
                Disk = fields.U32();
                Lba = (long)fields.U64();
                Blocks = (long)fields.U64();
                break;
            default:
                Change = ReadChange(count);
                Disk = Change.Disk;
                break;
        }
        fields.Zero(RecordWriter.Padded(fields.Position - start) - (fields.Position - start));
        return true;
    }

    private PoolChange ReadChange(int nameBytes)
    {
        fields.Require(nameBytes <= Limits.NameBytesMax, "a name is too long");
        var change = new PoolChange(Kind);
        switch (Kind)
        {
            case RecordKind.CreateDisk:
                change = change with { Disk = fields.U32(), LengthBytes = (long)fields.U64(), KeyCheck = fields.KeyCheck() };
                break;
            case RecordKind.ResizeDisk:
                change = change with { Disk = fields.U32(), LengthBytes = (long)fields.U64() };
                break;
            case RecordKind.TakeSnapshot:
                change = change with { Disk = fields.U32(), Snapshot = fields.U32() };
                break;
            case RecordKind.CloneDisk:
                change = change with { Disk = fields.U32(), Snapshot = fields.U32() };
                fields.Zero(4);
                change = change with { LengthBytes = (long)fields.U64() };
                break;
            case RecordKind.RollBackDisk:
                change = change with { Disk = fields.U32(), Snapshot = fields.U32(), Kept = fields.U32() };
                break;
            case RecordKind.CreateDiskOnBase:
                return OnBase(change with { Disk = fields.U32(), LengthBytes = (long)fields.U64(), KeyCheck = fields.KeyCheck() }, nameBytes);
            case RecordKind.DeleteDisk or RecordKind.LetBaseGo:
                change = change with { Disk = fields.U32() };
                break;
            case RecordKind.DeleteSnapshot:
                change = change with { Snapshot = fields.U32() };
                break;
            default:
                throw fields.Damaged($"it holds a record of the unknown kind {(int)Kind}");
        }
        return change with { Name = Name(nameBytes) };
    }

    private PoolChange OnBase(PoolChange change, int nameBytes)
    {
        var (baseBytes, baseNameBytes) = ((long)fields.U64(), fields.U32());
        fields.Require(baseNameBytes is > 0 and <= Limits.NameBytesMax, "the name of a base is too long or missing");
        fields.Require(baseBytes is > 0 and <= Limits.DiskBytesMax && baseBytes % Limits.BlockBytes == 0, "the size of a base is impossible");
        return change with { BaseBytes = baseBytes, Name = Name(nameBytes), Base = Name((int)baseNameBytes) };
    }

    private string Name(int bytes) => Encoding.UTF8.GetString(fields.Bytes(bytes));
}
