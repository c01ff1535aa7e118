namespace SnapshotPortal.Engine.Log;

/// <summary>Where a pool begins: docs/format.md, Superblock.</summary>
internal sealed record Superblock(
    Guid PoolId, ulong Number, long SegmentBytes, LogPosition Replay, uint Life, uint TableCrc, long TableBytes, uint SegmentsUsed, ulong Durable)
{
    public const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "SNPSUPER"u8;

    /// <summary>Which of the two slots it belongs in.</summary>
    public long SlotOffsetBytes => (Mutant.OneSuperblockSlot ? 0 : (long)(Number % 2)) * Limits.BlockBytes;

    public string TableName => $"table-{Number:x16}";

    public void Write(Span<byte> block)
    {
        block.Clear();
        var fields = FieldWriter.Begin(block, Magic, Version);
        fields.Id(PoolId);
        fields.U64(Number);
        fields.U64((ulong)SegmentBytes);
        fields.U64(Replay.Sequence);
        fields.U32(Replay.Segment);
        fields.U32(Replay.Block);
        fields.U32(Life);
        fields.U32(TableCrc);
        fields.U64((ulong)TableBytes);
        fields.U32(SegmentsUsed);
        fields.Skip(4);
        fields.U64(Durable);
        FieldWriter.Seal(block);
    }

    /// <summary>Reads a slot; <see cref="EngineFault.Corrupt"/> where it does not check. The block's CRC field is cleared on the way.</summary>
    public static Superblock Read(Span<byte> block, string what)
    {
        var fields = FieldReader.Checked(block, Magic, Version, what);
        var (poolId, number, segmentBytes) = (fields.Id(), fields.U64(), (long)fields.U64());
        var replay = new LogPosition(fields.U64(), fields.U32(), fields.U32());
        var (life, tableCrc, tableBytes, segmentsUsed) = (fields.U32(), fields.U32(), (long)fields.U64(), fields.U32());
        fields.Zero(4);
        var durable = fields.U64();
        fields.Zero(fields.Left);
        return new(poolId, number, segmentBytes, replay, life, tableCrc, tableBytes, segmentsUsed, durable);
    }
}

/// <summary>A place in the log: the batch of that sequence number begins there; segment 0: it begins a new segment.</summary>
internal readonly record struct LogPosition(ulong Sequence, uint Segment, uint Block);
