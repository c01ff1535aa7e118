using System.Numerics;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>Reads maps from their roots down.</summary>
internal sealed class StoredMaps(StoredSegments segments)
{
    private const int EntriesBits = 8;
    private List<(long FirstLba, long Count)> zeroed = [];

    /// <summary>Every map page that a root led to.</summary>
    public HashSet<Place> Pages { get; } = [];

    /// <summary>Reads a root's entry and what is below it: the blocks, and what is zeroed.</summary>
    public (Dictionary<long, StoredBlock> Blocks, List<(long FirstLba, long Count)> Zeroed) Read(Fields root, long lengthBytes, uint epoch)
    {
        zeroed = [];
        root.Require(lengthBytes > 0 && lengthBytes % Fields.BlockBytes == 0, $"has a size of {lengthBytes} bytes");
        var lbas = lengthBytes / Fields.BlockBytes;
        var height = Math.Max(1, (63 - BitOperations.LeadingZeroCount((ulong)lbas - 1 | 1) + EntriesBits) / EntriesBits);
        var blocks = new Dictionary<long, StoredBlock>();
        Read(root, 0, height, epoch, blocks);
        root.Require(blocks.Keys.All(lba => lba < lbas), "has blocks behind the disk's end");
        return (blocks, zeroed);
    }

    private void Read(Fields entry, long firstLba, int height, uint birthMax, Dictionary<long, StoredBlock> blocks)
    {
        var (location, crc, birth) = (entry.U64(), entry.U32(), entry.U32());
        var kind = location >> 56 & 0x7F;
        entry.Require(location >> 63 == 0 || kind == 2, "has an entry of the base that is no block");
        var place = new Place((uint)(location >> 24), (uint)(location & 0xFF_FFFF));
        entry.Require(birth <= birthMax, $"has an entry of birth {birth} below one of {birthMax}");
        switch (kind)
        {
            case 0:
                entry.Require(location == 0 && crc == 0 && birth == 0, "has an absent entry with something in it");
                break;
            case 1:
                entry.Require(place == default && crc == 0 && birth > 0, "has a zero entry with something in it");
                zeroed.Add((firstLba, 1L << EntriesBits * height));
                break;
            case 2:
                entry.Require(height == 0 && birth > 0, "has a block where a page belongs");
                blocks.Add(firstLba, new(place, crc, birth));
                break;
            case 3:
                entry.Require(height > 0 && birth > 0, "has a page where a block belongs");
                Pages.Add(place);
                ReadPage(segments.Checked(place, crc), $"Map page {place}", firstLba, height, birth, blocks);
                break;
            default:
                entry.Require(false, $"has a location of kind {kind}");
                break;
        }
    }

    private void ReadPage(ReadOnlyMemory<byte> page, string what, long firstLba, int height, uint birth, Dictionary<long, StoredBlock> blocks)
    {
        var entries = new Fields(page, what);
        for (var i = 0L; i < 1 << EntriesBits; i++) Read(entries, firstLba + (i << EntriesBits * (height - 1)), height - 1, birth, blocks);
        entries.End();
    }
}
