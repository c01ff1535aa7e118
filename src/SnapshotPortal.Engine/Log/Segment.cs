using System.Numerics;
using System.Runtime.InteropServices;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Log;

/// <summary>
/// An open segment file: plain, where block n lies at n × 4 KiB; or dense (docs/format.md, Dense segment), where only the
/// blocks of a bitmap lie one behind the other. Locations mean the same in both.
/// </summary>
internal sealed class Segment : IDisposable
{
    private const uint Version = 1;
    private const int DenseFieldsBytes = 48;
    private readonly ulong[]? present;
    private readonly int[] ranks = [];
    private readonly int headerBlocks;
    private volatile bool isRetired;

    private static ReadOnlySpan<byte> DenseMagic => "SNPDENSE"u8;

    public Segment(IFile file) => File = file;

    private Segment(IFile file, ulong[] present)
    {
        File = file;
        this.present = present;
        headerBlocks = HeaderBlocksFor(present.Length);
        ranks = new int[present.Length];
        for (var i = 1; i < present.Length; i++) ranks[i] = ranks[i - 1] + BitOperations.PopCount(present[i - 1]);
    }

    public IFile File { get; }

    /// <summary>Whether another segment, or none, stands in its place: what it does not hold is no damage then.</summary>
    public bool IsRetired => isRetired;

    public bool IsDense => present is not null;

    /// <summary>Finds out which kind a file is.</summary>
    public static Segment Open(IFile file, Guid poolId, uint number, uint blocksPerSegment, string what)
    {
        Span<byte> first = stackalloc byte[Limits.BlockBytes];
        if (file.Read(0, first) < first.Length || !first.StartsWith(DenseMagic))
        {
            SegmentHeader.RefuseNewer(first, what);
            return new(file);
        }
        var words = (int)(blocksPerSegment + 63) / 64;
        var header = new byte[HeaderBlocksFor(words) * Limits.BlockBytes];
        var read = file.Read(0, header);
        var fields = FieldReader.Checked(header.AsSpan(0, read), DenseMagic, Version, what);
        fields.Require(fields.Id() == poolId, "it belongs to another pool");
        fields.Require(fields.U32() == number, "it is another segment");
        fields.Require(fields.U32() == blocksPerSegment, "its size is another");
        fields.Zero(8);
        return new(file, MemoryMarshal.Cast<byte, ulong>(fields.Bytes(words * sizeof(ulong))).ToArray());
    }

    /// <summary>The header of a dense segment that holds these blocks.</summary>
    public static byte[] DenseHeader(Guid poolId, uint number, uint blocksPerSegment, ReadOnlySpan<ulong> present)
    {
        var header = new byte[HeaderBlocksFor(present.Length) * Limits.BlockBytes];
        var fields = FieldWriter.Begin(header, DenseMagic, Version);
        fields.Id(poolId);
        fields.U32(number);
        fields.U32(blocksPerSegment);
        fields.Skip(8);
        fields.Bytes(MemoryMarshal.AsBytes(present));
        FieldWriter.Seal(header);
        return header;
    }

    /// <summary>Gives back its space, while late readers may have it open still.</summary>
    public void Retire()
    {
        isRetired = true;
        File.SetLength(0);
    }

    /// <summary>Reads consecutive blocks; returns how many bytes there were, 0 where a dense segment does not hold them all.</summary>
    public int Read(uint block, Span<byte> blocks)
    {
        try { return ReadOpen(block, blocks); }
        catch (ObjectDisposedException) when (isRetired) { return 0; }
    }

    private int ReadOpen(uint block, Span<byte> blocks)
    {
        if (present is null) return File.Read((long)block * Limits.BlockBytes, blocks);
        var count = blocks.Length / Limits.BlockBytes;
        for (var i = 0; i < count; i++)
            if ((present[(block + i) / 64] >> (int)((block + i) % 64) & 1) == 0) return 0;
        var rank = ranks[block / 64] + BitOperations.PopCount(present[block / 64] & ((1UL << (int)(block % 64)) - 1));
        return File.Read((long)(headerBlocks + rank) * Limits.BlockBytes, blocks);
    }

    public void Dispose() => File.Dispose();

    private static int HeaderBlocksFor(int words) => (DenseFieldsBytes + words * sizeof(ulong) + Limits.BlockBytes - 1) / Limits.BlockBytes;
}
