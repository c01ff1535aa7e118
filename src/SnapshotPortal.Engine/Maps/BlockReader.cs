using System.Runtime.CompilerServices;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Maps;

/// <summary>Reads a device's bytes through its map: one look-up for each leaf, one read for each run of consecutive blocks, every block checked, then decrypted.</summary>
internal static class BlockReader
{
    [SkipLocalsInit]
    public static void Read(BlockMap map, SegmentFiles segments, BlockCipher? cipher, long offsetBytes, Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        while (!destination.IsEmpty)
        {
            var (lba, within) = Math.DivRem(offsetBytes, Limits.BlockBytes);
            int count;
            if (within != 0 || destination.Length < Limits.BlockBytes)
            {
                ReadInLeaf(map, segments, cipher, lba, block);
                count = (int)Math.Min(Limits.BlockBytes - within, destination.Length);
                block.Slice((int)within, count).CopyTo(destination);
            }
            else
            {
                count = (int)Math.Min(destination.Length / Limits.BlockBytes, MapPage.Entries - lba % MapPage.Entries) * Limits.BlockBytes;
                ReadInLeaf(map, segments, cipher, lba, destination[..count]);
            }
            destination = destination[count..];
            offsetBytes += count;
        }
    }

    /// <summary>Reads whole blocks that lie in one leaf.</summary>
    /// <remarks>
    /// What a reader found in the map may be out of use, and given back, before it gets there. It then looks again: only a
    /// place that the map still names is damaged.
    /// </remarks>
    public static void ReadInLeaf(BlockMap map, SegmentFiles segments, BlockCipher? cipher, long lba, Span<byte> blocks)
    {
        var failed = default(Location);
        while (true)
        {
            try
            {
                TryReadInLeaf(map, segments, cipher, lba, blocks);
                return;
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt && e.Location != failed && e.Location != default)
            {
                failed = e.Location;
            }
            catch (ObjectDisposedException)
            {
                // A segment that was replaced; the next look finds the one in its place.
            }
        }
    }

    [SkipLocalsInit]
    private static void TryReadInLeaf(BlockMap map, SegmentFiles segments, BlockCipher? cipher, long lba, Span<byte> blocks)
    {
        if (map.FindLeaf(lba, out _) is not { } leaf)
        {
            blocks.Clear();
            return;
        }
        Span<MapEntry> entries = stackalloc MapEntry[MapPage.Entries];
        entries = entries[..(blocks.Length / Limits.BlockBytes)];
        leaf.Read((int)(lba % MapPage.Entries), entries);
        while (!entries.IsEmpty)
        {
            var run = RunLength(entries);
            var bytes = blocks[..(run * Limits.BlockBytes)];
            if (entries[0].Kind == LocationKind.Block) ReadRun(segments, cipher, lba, entries[..run], bytes);
            else bytes.Clear();
            entries = entries[run..];
            blocks = blocks[bytes.Length..];
            lba += run;
        }
    }

    private static void ReadRun(SegmentFiles segments, BlockCipher? cipher, long lba, ReadOnlySpan<MapEntry> entries, Span<byte> blocks)
    {
        segments.ReadBlocks(entries[0].Location, blocks);
        for (var i = 0; i < entries.Length; i++)
        {
            if (Crc32C.OfBlock(blocks.Slice(i * Limits.BlockBytes, Limits.BlockBytes)) == entries[i].Crc || Mutant.ReadUnchecked) continue;
            blocks.Clear();
            throw segments.Damaged(entries[i].Location, lba + i);
        }
        cipher?.Decrypt(lba, blocks);
    }

    private static int RunLength(ReadOnlySpan<MapEntry> entries)
    {
        var first = entries[0];
        var run = 1;
        if (first.Kind == LocationKind.Block)
            while (run < entries.Length && entries[run].Location == first.Location.Plus(run)) run++;
        else
            while (run < entries.Length && entries[run].Kind != LocationKind.Block) run++;
        return run;
    }
}
