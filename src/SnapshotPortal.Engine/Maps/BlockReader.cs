using System.Runtime.CompilerServices;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Maps;

/// <summary>Reads a device's bytes through its map: one look-up for each leaf, one read for each run of consecutive blocks, every block checked, then decrypted.</summary>
internal static class BlockReader
{
    /// <summary>Fills the destination; true where some of it came from the map's base.</summary>
    [SkipLocalsInit]
    public static bool Read(BlockMap map, SegmentFiles segments, BlockCipher? cipher, long offsetBytes, Span<byte> destination)
    {
        var isCold = false;
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        while (!destination.IsEmpty)
        {
            var (lba, within) = Math.DivRem(offsetBytes, Limits.BlockBytes);
            int count;
            if (within != 0 || destination.Length < Limits.BlockBytes)
            {
                isCold |= ReadInLeaf(map, segments, cipher, lba, block);
                count = (int)Math.Min(Limits.BlockBytes - within, destination.Length);
                block.Slice((int)within, count).CopyTo(destination);
            }
            else
            {
                count = (int)Math.Min(destination.Length / Limits.BlockBytes, MapPage.Entries - lba % MapPage.Entries) * Limits.BlockBytes;
                isCold |= ReadInLeaf(map, segments, cipher, lba, destination[..count]);
            }
            destination = destination[count..];
            offsetBytes += count;
        }
        return isCold;
    }

    /// <summary>Whether a read would get all it needs from the pool, and nothing from the map's base. False also where that cannot be told.</summary>
    public static bool IsAtHand(BlockMap map, long offsetBytes, long lengthBytes)
    {
        if (map.Base is not { } under) return true;
        try
        {
            for (var lba = offsetBytes / Limits.BlockBytes; lba * Limits.BlockBytes < offsetBytes + lengthBytes; lba++)
                if (under.Holds(lba) && map.Find(lba).IsAbsent) return false;
            return true;
        }
        catch (Exception e) when (e is EngineException { Fault: EngineFault.Corrupt } or ObjectDisposedException)
        {
            return false; // Given back meanwhile, or damaged: whoever reads it finds out.
        }
    }

    /// <summary>Reads whole blocks that lie in one leaf; true where some came from the map's base.</summary>
    /// <remarks>
    /// What a reader found in the map may be out of use, and given back, before it gets there. It then looks again: only a
    /// place that the map still names is damaged.
    /// </remarks>
    public static bool ReadInLeaf(BlockMap map, SegmentFiles segments, BlockCipher? cipher, long lba, Span<byte> blocks)
    {
        var failed = default(Location);
        while (true)
        {
            try
            {
                return TryReadInLeaf(map, segments, cipher, lba, blocks);
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
    private static bool TryReadInLeaf(BlockMap map, SegmentFiles segments, BlockCipher? cipher, long lba, Span<byte> blocks)
    {
        if (map.FindLeaf(lba, out var covering) is not { } leaf) return ReadUnstored(map, covering, lba, blocks);
        var isCold = false;
        Span<MapEntry> entries = stackalloc MapEntry[MapPage.Entries];
        entries = entries[..(blocks.Length / Limits.BlockBytes)];
        leaf.Read((int)(lba % MapPage.Entries), entries);
        while (!entries.IsEmpty)
        {
            var run = RunLength(entries);
            var bytes = blocks[..(run * Limits.BlockBytes)];
            if (entries[0].Kind == LocationKind.Block) ReadRun(segments, cipher, lba, entries[..run], bytes);
            else isCold |= ReadUnstored(map, entries[0], lba, bytes);
            entries = entries[run..];
            blocks = blocks[bytes.Length..];
            lba += run;
        }
        return isCold;
    }

    private static bool ReadUnstored(BlockMap map, MapEntry entry, long lba, Span<byte> blocks)
    {
        var under = entry.IsAbsent ? map.Base : null;
        if (under is null) blocks.Clear();
        else under.Read(lba, blocks);
        return under is not null;
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
            while (run < entries.Length && entries[run].Kind == first.Kind) run++;
        return run;
    }
}
