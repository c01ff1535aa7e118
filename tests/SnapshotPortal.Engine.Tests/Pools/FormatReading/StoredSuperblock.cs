namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>A slot of the file <c>superblock</c>.</summary>
internal sealed class StoredSuperblock
{
    private StoredSuperblock(Fields fields, int slot)
    {
        PoolId = fields.Head("SNPSUPER", null);
        Number = fields.U64();
        SegmentBytes = (long)fields.U64();
        (ReplaySequence, ReplaySegment, ReplayBlock) = (fields.U64(), fields.U32(), fields.U32());
        Life = fields.U32();
        (TableCrc, TableBytes) = (fields.U32(), (long)fields.U64());
        HighestSegment = fields.U32();
        fields.Zero(4);
        DurableSequence = fields.U64();
        fields.ZeroToEnd();
        fields.Require(Number > 0 && Number % 2 == (ulong)slot, $"has number {Number}");
        fields.Require(SegmentBytes > 0 && SegmentBytes % Fields.BlockBytes == 0, $"states segments of {SegmentBytes} bytes");
    }

    public Guid PoolId { get; }

    public ulong Number { get; }

    public long SegmentBytes { get; }

    public ulong ReplaySequence { get; }

    public uint ReplaySegment { get; }

    public uint ReplayBlock { get; }

    public uint Life { get; }

    public uint TableCrc { get; }

    public long TableBytes { get; }

    public uint HighestSegment { get; }

    public ulong DurableSequence { get; }

    /// <summary>The superblock that counts, and the bytes of its table.</summary>
    public static (StoredSuperblock Superblock, byte[] Table) Newest(IReadOnlyDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue("superblock", out var slots)) throw new InvalidDataException("There is no superblock.");
        var complaints = new List<string>();
        foreach (var superblock in new[] { Find(slots, 0, complaints), Find(slots, 1, complaints) }.OfType<StoredSuperblock>().OrderByDescending(slot => slot.Number))
        {
            if (files.TryGetValue($"table-{superblock.Number:x16}", out var table) && table.Length == superblock.TableBytes && Crc.Of(table) == superblock.TableCrc)
                return (superblock, table);
            complaints.Add($"Superblock {superblock.Number} has no such table.");
        }

        throw new InvalidDataException(string.Join(' ', complaints));
    }

    private static StoredSuperblock? Find(byte[] slots, int slot, List<string> complaints)
    {
        try
        {
            return new(new(slots.AsMemory(slot * Fields.BlockBytes, Fields.BlockBytes), $"Slot {slot} of the superblock"), slot);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            complaints.Add(e.Message);
            return null;
        }
    }
}
