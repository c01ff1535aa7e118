namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>A record of a batch: one change.</summary>
internal abstract record StoredRecord
{
    public sealed record Write(uint Disk, long FirstLba, IReadOnlyList<(Place Place, uint Crc)> Blocks) : StoredRecord;

    public sealed record Zero(uint Disk, long FirstLba, long Count) : StoredRecord;

    public sealed record MapPages : StoredRecord;

    public sealed record CreateDisk(uint Disk, long LengthBytes, uint Cipher, byte[] KeyCheck, string Name) : StoredRecord;

    public sealed record DeleteDisk(uint Disk) : StoredRecord;

    public sealed record TakeSnapshot(uint Disk, uint Snapshot, string Name) : StoredRecord;

    public sealed record DeleteSnapshot(uint Snapshot) : StoredRecord;

    public sealed record CloneDisk(uint Disk, uint Snapshot, long LengthBytes, string Name) : StoredRecord;

    public sealed record Resize(uint Disk, long LengthBytes) : StoredRecord;

    public sealed record RollBack(uint Disk, uint Snapshot, uint Kept, string Name) : StoredRecord;

    public sealed record CreateDiskOnBase(CreateDisk Create, long BaseBytes, string Base) : StoredRecord;

    public sealed record Fill(Write Blocks) : StoredRecord;

    public sealed record LetBaseGo(uint Disk) : StoredRecord;

    public static StoredRecord Read(Fields fields, StoredBatch batch, uint firstBlock)
    {
        var left = fields.Left;
        var kind = fields.U8();
        fields.Zero(1);
        var count = fields.U16();
        StoredRecord record = kind switch
        {
            1 => new Write(fields.U32(), (long)fields.U64(), Data(fields, batch, firstBlock, count)),
            2 => new Zero(fields.U32(), (long)fields.U64(), (long)fields.U64()),
            3 => Pages(fields, batch, firstBlock, count),
            4 => new CreateDisk(fields.U32(), (long)fields.U64(), fields.U32(), fields.Bytes(16).ToArray(), fields.Name(count)),
            5 => new DeleteDisk(fields.U32()),
            6 => new TakeSnapshot(fields.U32(), fields.U32(), fields.Name(count)),
            7 => new DeleteSnapshot(fields.U32()),
            8 => ReadClone(fields, count),
            9 => new Resize(fields.U32(), (long)fields.U64()),
            10 => new RollBack(fields.U32(), fields.U32(), fields.U32(), fields.Name(count)),
            11 => ReadOnBase(fields, count),
            12 => new Fill(new(fields.U32(), (long)fields.U64(), Data(fields, batch, firstBlock, count))),
            13 => new LetBaseGo(fields.U32()),
            _ => throw new InvalidDataException($"{fields.What} has a record of kind {kind}."),
        };
        fields.Require(count == 0 || record is not (Zero or DeleteDisk or DeleteSnapshot or Resize or LetBaseGo), $"has a record of kind {kind} with a count");
        fields.Zero(-(left - fields.Left) & 7);
        return record;
    }

    private static MapPages Pages(Fields fields, StoredBatch batch, uint firstBlock, int count)
    {
        fields.Zero(4);
        Data(fields, batch, firstBlock, count);
        return new();
    }

    private static CreateDiskOnBase ReadOnBase(Fields fields, int nameBytes)
    {
        var (disk, lengthBytes, cipher, keyCheck) = (fields.U32(), (long)fields.U64(), fields.U32(), fields.Bytes(16).ToArray());
        var (baseBytes, baseNameBytes) = ((long)fields.U64(), (int)fields.U32());
        return new(new(disk, lengthBytes, cipher, keyCheck, fields.Name(nameBytes)), baseBytes, fields.Name(baseNameBytes));
    }

    private static CloneDisk ReadClone(Fields fields, int nameBytes)
    {
        var (disk, snapshot) = (fields.U32(), fields.U32());
        fields.Zero(4);
        return new(disk, snapshot, (long)fields.U64(), fields.Name(nameBytes));
    }

    private static List<(Place Place, uint Crc)> Data(Fields fields, StoredBatch batch, uint firstBlock, int count)
    {
        fields.Require(count is >= 1 and <= 1024, $"has a record of {count} blocks");
        var blocks = new List<(Place, uint)>();
        for (var i = 0; i < count; i++)
        {
            var crc = fields.U32();
            blocks.Add((batch.TakeData(firstBlock, crc), crc));
        }

        return blocks;
    }
}
