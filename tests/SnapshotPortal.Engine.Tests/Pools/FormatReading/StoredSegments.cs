using System.Globalization;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>The segments of the log, plain and dense.</summary>
internal sealed class StoredSegments
{
    private const string Prefix = "segment-";
    private readonly SortedDictionary<uint, byte[]> plain = [];
    private readonly Dictionary<uint, Dictionary<uint, ReadOnlyMemory<byte>>> dense = [];

    public StoredSegments(IReadOnlyDictionary<string, byte[]> files, Guid poolId, long segmentBytes)
    {
        (PoolId, BlocksMax) = (poolId, (uint)(segmentBytes / Fields.BlockBytes));
        foreach (var (name, bytes) in files.Where(file => file.Key.StartsWith(Prefix, StringComparison.Ordinal) && file.Key.Length == Prefix.Length + 8))
        {
            var number = uint.Parse(name[Prefix.Length..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (bytes.AsSpan().StartsWith("SNPDENSE"u8))
                dense.Add(number, ReadDense(number, bytes));
            else
                plain.Add(number, bytes);
        }
    }

    public Guid PoolId { get; }

    /// <summary>How many blocks a segment has at most.</summary>
    public uint BlocksMax { get; }

    public int DenseCount => dense.Count;

    /// <summary>The numbers of the plain segments, ascending. A replay meets no others.</summary>
    public IEnumerable<uint> Plain => plain.Keys;

    /// <summary>A block; null where the file ends before it or does not hold it.</summary>
    public ReadOnlyMemory<byte>? Find(Place place)
    {
        if (dense.TryGetValue(place.Segment, out var blocks)) return blocks.TryGetValue(place.Block, out var block) ? block : null;
        var offset = place.Block * (long)Fields.BlockBytes;
        return plain.TryGetValue(place.Segment, out var bytes) && offset + Fields.BlockBytes <= bytes.Length ? bytes.AsMemory((int)offset, Fields.BlockBytes) : null;
    }

    public bool IsGood(Place place, uint crc) => Find(place) is { } block && Crc.Of(block.Span) == crc;

    /// <summary>A block that is as its checksum says.</summary>
    public ReadOnlyMemory<byte> Checked(Place place, uint crc) =>
        IsGood(place, crc) ? Find(place)!.Value : throw new InvalidDataException($"The block at {place} is not what was stored there.");

    /// <summary>Compares the header of a plain segment with what a batch at its block 1 says; nothing else needs it.</summary>
    public void CheckHeader(StoredBatch first)
    {
        var number = first.Place.Segment;
        var fields = new Fields(plain[number].AsMemory(0, Fields.BlockBytes), $"Segment {number}");
        fields.Head("SNPSEGMT", PoolId);
        fields.Require(fields.U32() == number, "has another number in its header");
        fields.Require(fields.U32() == first.Life && fields.U64() == first.Sequence, "has another first batch than its header says");
        fields.Require((long)fields.U64() == BlocksMax * (long)Fields.BlockBytes, "has another size than the superblock says");
        fields.ZeroToEnd();
    }

    private Dictionary<uint, ReadOnlyMemory<byte>> ReadDense(uint number, byte[] bytes)
    {
        var words = (int)(BlocksMax + 63) / 64;
        var headerBytes = (48 + 8 * words + Fields.BlockBytes - 1) / Fields.BlockBytes * Fields.BlockBytes;
        var fields = new Fields(bytes.AsMemory(0, Math.Min(headerBytes, bytes.Length)), $"Dense segment {number}");
        fields.Head("SNPDENSE", PoolId);
        fields.Require(fields.U32() == number, "has another number in its header");
        fields.Require(fields.U32() == BlocksMax, "had another number of blocks");
        fields.Zero(8);
        var blocks = new Dictionary<uint, ReadOnlyMemory<byte>>();
        foreach (var block in Bits(fields, words))
        {
            fields.Require(block < BlocksMax, "has a bit behind its last block");
            blocks.Add(block, bytes.AsMemory(headerBytes + blocks.Count * Fields.BlockBytes, Fields.BlockBytes));
        }

        fields.ZeroToEnd();
        fields.Require(bytes.Length == headerBytes + blocks.Count * Fields.BlockBytes, "has more or fewer blocks than bits");
        return blocks;
    }

    /// <summary>The numbers of the bits that are set in words of 8 bytes.</summary>
    public static List<uint> Bits(Fields fields, int words)
    {
        var set = new List<uint>();
        for (var i = 0; i < words; i++)
        {
            var word = fields.U64();
            for (var bit = 0; bit < 64; bit++)
            {
                if ((word >> bit & 1) != 0) set.Add((uint)(i * 64 + bit));
            }
        }

        return set;
    }
}
