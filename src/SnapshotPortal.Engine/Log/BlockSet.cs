using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Log;

/// <summary>A set of blocks of the log: one bit for each, by segment.</summary>
internal sealed class BlockSet(uint blocksPerSegment)
{
    private readonly Dictionary<uint, ulong[]> segments = [];

    public IReadOnlyDictionary<uint, ulong[]> Segments => segments;

    /// <summary>Adds a block; false where it was there.</summary>
    public bool Add(Location location)
    {
        if (!segments.TryGetValue(location.Segment, out var bits)) segments.Add(location.Segment, bits = new ulong[(blocksPerSegment + 63) / 64]);
        ref var word = ref bits[location.Block / 64];
        var bit = 1UL << (int)(location.Block % 64);
        var isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }
}
