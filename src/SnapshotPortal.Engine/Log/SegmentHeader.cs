namespace SnapshotPortal.Engine.Log;

/// <summary>Block 0 of a segment: docs/format.md, Segment.</summary>
internal readonly record struct SegmentHeader(Guid PoolId, uint Number, uint Life, ulong FirstSequence, long SegmentBytes)
{
    private const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "SNPSEGMT"u8;

    public void Write(Span<byte> block)
    {
        block.Clear();
        var fields = FieldWriter.Begin(block, Magic, Version);
        fields.Id(PoolId);
        fields.U32(Number);
        fields.U32(Life);
        fields.U64(FirstSequence);
        fields.U64((ulong)SegmentBytes);
        FieldWriter.Seal(block);
    }

    /// <summary>Reads a header; <see cref="EngineFault.Corrupt"/> where it does not check. The block's CRC field is cleared on the way.</summary>
    public static SegmentHeader Read(Span<byte> block, string what)
    {
        var fields = FieldReader.Checked(block, Magic, Version, what);
        var header = new SegmentHeader(fields.Id(), fields.U32(), fields.U32(), fields.U64(), (long)fields.U64());
        fields.Zero(fields.Left);
        return header;
    }

    /// <summary><see cref="EngineFault.NewerVersion"/> for the header of one. Any other bytes pass: nothing but a scrub needs the header of a plain segment.</summary>
    public static void RefuseNewer(Span<byte> block, string what)
    {
        try { Read(block, what); }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { }
    }
}
