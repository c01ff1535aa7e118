using System.Buffers.Binary;

namespace SnapshotPortal.Engine.Log;

/// <summary>What a batch says of itself: docs/format.md, Batch.</summary>
internal readonly record struct BatchHeader(
    Guid PoolId, ulong Sequence, ulong DurableSequence, uint Segment, uint Block, uint Life, int HeaderBlocks, int DataBlocks, int RecordBytes)
{
    public const int Bytes = 80;
    public const int HeaderBlocksMax = 8;
    public const int DataBlocksMax = 1024;
    public const int RecordBytesMax = HeaderBlocksMax * Limits.BlockBytes - Bytes;
    private const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "SNPBATCH"u8;

    public int Blocks => HeaderBlocks + DataBlocks;

    public static int HeaderBlocksFor(int recordBytes) => (Bytes + recordBytes + Limits.BlockBytes - 1) / Limits.BlockBytes;

    /// <summary>Completes header blocks whose records, and the zeroes behind them, stand in place already.</summary>
    public void Write(Span<byte> blocks)
    {
        blocks[..Bytes].Clear();
        var fields = FieldWriter.Begin(blocks, Magic, Version);
        fields.Id(PoolId);
        fields.U64(Sequence);
        fields.U64(DurableSequence);
        fields.U32(Segment);
        fields.U32(Block);
        fields.U32(Life);
        fields.U16(HeaderBlocks);
        fields.U16(DataBlocks);
        fields.U32((uint)RecordBytes);
        FieldWriter.Seal(blocks);
    }

    /// <summary>How many header blocks a first block speaks of: 0 where it is none of a batch.</summary>
    public static int Peek(ReadOnlySpan<byte> block)
    {
        if (!block.StartsWith(Magic)) return 0;
        var blocks = BinaryPrimitives.ReadUInt16LittleEndian(block[60..]);
        return blocks <= HeaderBlocksMax ? blocks : 0;
    }

    /// <summary>Reads header blocks; <see cref="EngineFault.Corrupt"/> where they do not check. Their CRC field is cleared on the way.</summary>
    public static BatchHeader Read(Span<byte> blocks, string what)
    {
        var fields = FieldReader.Checked(blocks, Magic, Version, what);
        var header = new BatchHeader(
            fields.Id(), fields.U64(), fields.U64(), fields.U32(), fields.U32(), fields.U32(), fields.U16(), fields.U16(), (int)Math.Min(fields.U32(), int.MaxValue));
        fields.Zero(12);
        fields.Require(header.HeaderBlocks * Limits.BlockBytes == blocks.Length && header.DataBlocks <= DataBlocksMax
            && header.RecordBytes <= blocks.Length - Bytes, "its sizes do not fit each other");
        fields.Bytes(header.RecordBytes);
        fields.Zero(fields.Left);
        return header;
    }

    public static ReadOnlySpan<byte> Records(ReadOnlySpan<byte> blocks, int recordBytes) => blocks.Slice(Bytes, recordBytes);
}
