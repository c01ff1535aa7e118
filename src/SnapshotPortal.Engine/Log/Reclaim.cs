using System.Numerics;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Gives back the space of what is not needed any more: dead segments whole, long dead runs as holes, the rest by writing a segment anew densely.</summary>
/// <remarks>Locations stay as they are in all three, so no map changes. One pass at a time, and none beside a checkpoint.</remarks>
internal sealed class Reclaim(BatchWriter log, PoolState state, Liveness liveness, SegmentFiles segments)
{
    // A hole costs a call and an extent: 64 KiB is where that is little beside what it frees.
    private const int HoleBlocksMin = 16;
    private const int DenseBelowPercent = 65;

    private readonly Dictionary<uint, int> liveWhenDone = [];

    /// <summary>Makes one pass.</summary>
    /// <param name="below">Segments from this number on are needed for a replay: they are left alone.</param>
    public void Run(uint below)
    {
        var trees = liveness.TakeTrees();
        if (!liveness.IsExact) Mark(trees);
        foreach (var tree in trees) new FreedWalk(tree, liveness.FreeBlock, liveness.FreePage).Run();
        List<(uint, ulong[])> dead = [];
        log.Control(() => dead = liveness.TakeDying());
        if (!Mutant.DeadWithoutFlush) log.Flusher.Flush();
        liveness.Clear(dead);
        segments.CloseRetired(keep: 16);
        foreach (var number in segments.Numbers())
            if (number < below) GiveBack(number);
    }

    private void GiveBack(uint number)
    {
        var live = liveness.LiveOf(number);
        var liveBlocks = live.Sum(BitOperations.PopCount);
        if (liveBlocks == 0)
        {
            segments.Delete(number);
            liveness.Forget(number);
            liveWhenDone.Remove(number);
            return;
        }
        if (liveWhenDone.TryGetValue(number, out var before) && before == liveBlocks) return;
        liveWhenDone[number] = liveBlocks;
        var segment = segments.Get(number);
        if (!segment.IsDense) PunchLongRuns(segment, live);
        var allocated = segment.File.AllocatedBytes / Limits.BlockBytes;
        if (liveBlocks * 100L < allocated * DenseBelowPercent) segments.Densify(number, live);
    }

    private void PunchLongRuns(Segment segment, ulong[] live)
    {
        var end = (int)Math.Min(segments.BlocksPerSegment, (segment.File.LengthBytes + Limits.BlockBytes - 1) / Limits.BlockBytes);
        for (var at = 1; at < end;) // Block 0 is the segment's header.
        {
            var (from, to) = SegmentFiles.NextRun(live, at);
            var hole = Math.Min(from, end) - at;
            if (hole >= HoleBlocksMin) segment.File.PunchHole((long)at * Limits.BlockBytes, (long)hole * Limits.BlockBytes);
            at = Math.Max(to, at + 1);
            if (from >= end) break;
        }
    }

    /// <summary>
    /// Finds all that is needed: a walk over every version, and over what was given up since the last checkpoint but one,
    /// which a replay may still go through; that is freed in its turn.
    /// </summary>
    private void Mark(List<FreedTree> givenUp)
    {
        List<BlockMap> maps = [];
        var found = new Dictionary<uint, ulong[]>();
        log.Control(() => maps = [.. state.Disks().Select(disk => disk.Map.Freeze()), .. state.Snapshots().Select(snapshot => snapshot.Map), .. givenUp.Select(tree => tree.Map)]);
        foreach (var map in maps)
            if (map.LoadedRoot(out _) is { } root) Mark(map, root, map.Height - 1, found);
        foreach (var location in liveness.WaitingPages()) Found(found, location);
        liveness.Marked(found);
    }

    private void Mark(BlockMap map, MapPage page, int level, Dictionary<uint, ulong[]> found)
    {
        // A stored page that was met before has a subtree that was. The writer may open the page again meanwhile: one look.
        var storedAt = page.StoredAt;
        if (storedAt.Kind == LocationKind.Page && !Found(found, storedAt)) return;
        if (!page.IsLeaf)
        {
            for (var i = 0; i < MapPage.Entries; i++)
                if (map.ReadChild(page, i, level - 1, out _) is { } child) Mark(map, child, level - 1, found);
            return;
        }
        var entries = new MapEntry[MapPage.Entries];
        page.Read(0, entries);
        foreach (var entry in entries)
            if (entry.Kind == LocationKind.Block) Found(found, entry.Location);
    }

    private bool Found(Dictionary<uint, ulong[]> found, Location location)
    {
        if (!found.TryGetValue(location.Segment, out var bits)) found.Add(location.Segment, bits = new ulong[(segments.BlocksPerSegment + 63) / 64]);
        var bit = 1UL << (int)(location.Block % 64);
        var isNew = (bits[location.Block / 64] & bit) == 0;
        bits[location.Block / 64] |= bit;
        return isNew;
    }
}
