using System.Buffers.Binary;

namespace SnapshotPortal.Engine.Log;

/// <summary>Block 0 of a segment: docs/format.md, Segment.</summary>
internal readonly record struct SegmentHeader(Guid PoolId, uint Number, uint Life, ulong FirstSequence, long SegmentBytes)
{
    private const uint Version = 1;
    private const int CrcAt = 12;

    private static ReadOnlySpan<byte> Magic => "SNPSEGMT"u8;

    public void Write(Span<byte> block)
    {
        block.Clear();
        var fields = new FieldWriter(block);
        fields.Bytes(Magic);
        fields.U32(Version);
        fields.Skip(4);
        fields.Id(PoolId);
        fields.U32(Number);
        fields.U32(Life);
        fields.U64(FirstSequence);
        fields.U64((ulong)SegmentBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcAt..], Crc32C.Of(block));
    }

    /// <summary>Reads a header; <see cref="EngineFault.Corrupt"/> where it does not check. The block's CRC field is cleared on the way.</summary>
    public static SegmentHeader Read(Span<byte> block, string what)
    {
        var fields = new FieldReader(block, what);
        fields.Magic(Magic, Version);
        var crc = fields.U32();
        block.Slice(CrcAt, 4).Clear();
        fields.Require(Crc32C.Of(block) == crc, "its checksum does not match");
        var header = new SegmentHeader(fields.Id(), fields.U32(), fields.U32(), fields.U64(), (long)fields.U64());
        fields.Zero(fields.Left);
        return header;
    }
}
