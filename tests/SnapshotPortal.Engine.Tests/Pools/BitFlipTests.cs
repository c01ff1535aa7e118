using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Simulator;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>Every bit of every structure counts: one that was turned over is noticed.</summary>
public sealed class BitFlipTests
{
    private const int Block = Limits.BlockBytes;
    private static readonly Guid PoolId = new(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]);

    [Fact]
    public void Every_bit_of_a_superblock_is_checked()
    {
        var block = new byte[Block];
        new Superblock(PoolId, 7, 1 << 20, new(3, 1, 2), 4, 5, 6, 7, 8).Write(block);
        AssertEveryBitCounts(block, bytes => Superblock.Read(bytes, "It"));
    }

    [Fact]
    public void Every_bit_of_a_segments_header_is_checked()
    {
        var block = new byte[Block];
        new SegmentHeader(PoolId, 7, 6, 5, 1 << 20).Write(block);
        AssertEveryBitCounts(block, bytes => SegmentHeader.Read(bytes, "It"));
    }

    [Fact]
    public void Every_bit_of_a_batchs_header_is_checked()
    {
        var blocks = new byte[2 * Block];
        for (var i = BatchHeader.Bytes; i < 6000; i++) blocks[i] = (byte)i;
        new BatchHeader(PoolId, 9, 8, 7, 6, 5, 2, 4, 6000 - BatchHeader.Bytes).Write(blocks);
        AssertEveryBitCounts(blocks, bytes => BatchHeader.Read(bytes, "It"));
    }

    [Fact]
    public void Every_bit_of_a_dense_segments_header_is_checked()
    {
        var header = Segment.DenseHeader(PoolId, 3, 256, [0x1234_5678_9ABC_DEF0, 1, 2, 3]);
        var files = new SimulatedFileSystem(0);
        using var file = files.Create("/segment");
        AssertEveryBitCounts(header, bytes =>
        {
            file.Write(0, bytes);
            if (!Segment.Open(file, PoolId, 3, 256, "It").IsDense) throw new EngineException(EngineFault.Corrupt, "It is no dense segment.");
        });
    }

    [Fact]
    public void Every_bit_of_a_map_page_is_checked()
    {
        var page = new byte[Block];
        new Random(1).NextBytes(page);
        var files = new SimulatedFileSystem(0);
        using (var file = files.Create("/segment-00000001")) file.Write(0, page);
        var entry = new MapEntry(Location.Of(LocationKind.Page, 1, 0), Crc32C.OfBlock(page), 1);
        using var segments = new SegmentFiles(files, "", PoolId, 256 * Block);
        AssertEveryBitCounts(page, bytes =>
        {
            segments.Get(1).File.Write(0, bytes);
            segments.ReadChecked(entry, new byte[Block]);
        });
    }

    /// <summary>The same through a pool, with every 1500th bit and every 16th of the headers' fields; `./dev crash --flips` takes every one.</summary>
    [Fact]
    public void No_bit_turned_over_in_a_pool_goes_unnoticed_and_no_wrong_byte_is_handed_out()
    {
        var (failure, bits) = BitFlips.RunAll(stride: 1500, bitsOfData: 100_000);
        Assert.Null(failure);
        Assert.InRange(bits, 100_000, long.MaxValue);
    }

    private static void AssertEveryBitCounts(byte[] bytes, Action<byte[]> read)
    {
        read([.. bytes]);
        var flipped = new byte[bytes.Length];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes.CopyTo(flipped, 0);
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            var e = Record.Exception(() => read(flipped));
            Assert.True(e is EngineException { Fault: EngineFault.Corrupt }, $"Bit {bit}: {e}");
        }
    }
}
