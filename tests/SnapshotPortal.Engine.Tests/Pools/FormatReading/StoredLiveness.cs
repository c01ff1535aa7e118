namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>What a clean close left behind of which blocks are in use.</summary>
internal sealed class StoredLiveness
{
    private readonly Dictionary<uint, ulong> disks = [];
    private readonly Dictionary<uint, ulong> snapshots = [];
    private readonly HashSet<Place> inUse = [];
    private readonly HashSet<Place> waiting = [];

    public StoredLiveness(byte[] bytes, StoredSuperblock superblock)
    {
        var fields = new Fields(bytes, "The liveness");
        fields.Head("SNPALIVE", superblock.PoolId);
        fields.Require(fields.U64() == superblock.Number, "belongs to another superblock");
        var (diskCount, snapshotCount, segmentCount, waitingCount) = (fields.U32(), fields.U32(), fields.U32(), fields.U32());
        Counts(fields, diskCount, disks);
        Counts(fields, snapshotCount, snapshots);
        var last = 0u;
        for (var i = 0; i < segmentCount; i++)
        {
            var number = fields.U32();
            fields.Require(number > last, "has segments that do not ascend");
            last = number;
            fields.Zero(4);
            var blocks = StoredSegments.Bits(fields, (int)(superblock.SegmentBytes / Fields.BlockBytes + 63) / 64);
            fields.Require(blocks.Count > 0, "has a segment without a block in use");
            inUse.UnionWith(blocks.Select(block => new Place(number, block)));
        }

        for (var i = 0; i < waitingCount; i++)
        {
            var location = fields.U64();
            fields.Require(location >> 56 == 3, "has a waiting page that is none");
            waiting.Add(new((uint)(location >> 24), (uint)(location & 0xFF_FFFF)));
        }

        fields.End();
    }

    public int WaitingPages => waiting.Count;

    /// <summary>It is what a walk over all maps finds.</summary>
    public void RequireEqual(StoredTable table, IEnumerable<Place> pages)
    {
        var walked = pages.Concat(table.Disks.Values.Concat(table.Snapshots.Values).SelectMany(version => version.Blocks.Values).Select(block => block.Place)).ToHashSet();
        Require(!walked.Overlaps(waiting), "The liveness has waiting pages that the maps lead to");
        walked.UnionWith(waiting);
        Require(walked.SetEquals(inUse), "The liveness has other blocks in use than the maps lead to");
        RequireEqual(table, disks, table.Disks);
        RequireEqual(table, snapshots, table.Snapshots);
    }

    private static void RequireEqual(StoredTable table, Dictionary<uint, ulong> counts, SortedDictionary<uint, StoredVersion> versions)
    {
        Require(counts.Keys.SequenceEqual(versions.Keys), "The liveness is of other disks or snapshots");
        foreach (var version in versions.Values)
        {
            var parentEpoch = version.ParentId == 0 ? 0 : table.Snapshots[version.ParentId].Epoch;
            Require(counts[version.Id] == (ulong)version.Blocks.Values.Count(block => block.Birth > parentEpoch), $"The liveness has another count for {version.Name}");
        }
    }

    private static void Counts(Fields fields, uint count, Dictionary<uint, ulong> counts)
    {
        for (var i = 0; i < count; i++)
        {
            var id = fields.U32();
            fields.Zero(4);
            counts.Add(id, fields.U64());
        }
    }

    private static void Require(bool holds, string complaint)
    {
        if (!holds) throw new InvalidDataException($"{complaint}.");
    }
}
