using System.Numerics;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Gives back the space of what is not needed any more: dead segments whole, long dead runs as holes, the rest by writing a segment anew densely.</summary>
/// <remarks>Locations stay as they are in all three, so no map changes. One pass at a time, and none beside a checkpoint.</remarks>
internal sealed class Reclaim(BatchWriter log, PoolState state, Liveness liveness, SegmentFiles segments, MapCache pages)
{
    // A hole costs a call and an extent: 64 KiB is where that is little beside what it frees.
    private const int HoleBlocksMin = 16;
    private const int DenseBelowPercent = 65;

    private readonly Dictionary<uint, int> liveWhenDone = [];

    /// <summary>Makes one pass; returns how many bytes it gave back, and whether it came to the end: else a checkpoint is due before the next call goes on.</summary>
    /// <param name="below">Segments from this number on are needed for a replay: they are left alone.</param>
    public (long Bytes, bool IsWhole) Run(uint below)
    {
        Settle();
        List<(uint, ulong[])> dead = [];
        log.Control(() => dead = liveness.TakeDying());
        if (!Mutant.DeadWithoutFlush) log.Flusher.Flush();
        liveness.Clear(dead);
        segments.CloseRetired(keep: 16);
        var bytes = 0L;
        foreach (var number in segments.Numbers().Where(number => number < below))
        {
            var given = GiveBack(number);
            bytes += given;
            if (given > 0 && (log.Backlog.WantsCheckpoint || pages.Backlog.WantsCheckpoint)) return (bytes, false);
        }
        return (bytes, true);
    }

    /// <summary>Brings the bits and the counts of the versions up to date with everything that was given up.</summary>
    public void Settle()
    {
        if (liveness.IsExact) Free(liveness.TakeTrees());
        if (!liveness.IsExact) Mark();
    }

    /// <summary>Finds everything that is needed anew, whatever was known; returns how many blocks were wrongly taken for it.</summary>
    public long Mark()
    {
        var mark = new LivenessMark(log, state, liveness, segments.BlocksPerSegment);
        Free(mark.Run());
        return mark.Leaks;
    }

    /// <summary>Frees what only these trees had; returns for each how many blocks of content that were.</summary>
    public long[] Free(List<FreedTree> trees)
    {
        var freed = new long[trees.Count];
        for (var i = 0; i < freed.Length; i++)
        {
            var tree = trees[i];
            try
            {
                new FreedWalk(tree.Map, tree.SharedUpTo, tree.Heir is null ? [] : [tree.Heir], location => freed[i] += liveness.FreeBlock(location) ? 1 : 0, liveness.FreePage).Run();
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                liveness.Doubt(); // Damaged, and perhaps gone with the tree: then a mark finds out what is left.
            }
            if (tree.Added is not null) log.Control(() => tree.Added.Add(-freed[i]));
        }
        return freed;
    }

    private long GiveBack(uint number)
    {
        var live = liveness.LiveOf(number);
        var liveBlocks = live.Sum(BitOperations.PopCount);
        if (liveBlocks == 0)
        {
            var bytes = segments.AllocatedBytes(number);
            segments.Delete(number);
            liveness.Forget(number);
            liveWhenDone.Remove(number);
            return bytes;
        }
        if (liveWhenDone.TryGetValue(number, out var before) && before == liveBlocks) return 0;
        liveWhenDone[number] = liveBlocks;
        var segment = segments.Get(number);
        var allocated = segment.File.AllocatedBytes;
        if (!segment.IsDense) PunchLongRuns(segment, live);
        if (liveBlocks * 100L < segment.File.AllocatedBytes / Limits.BlockBytes * DenseBelowPercent) Densify(number, live);
        return allocated - segments.AllocatedBytes(number);
    }

    // It needs room before it gives any: in a full file system the others go first.
    private void Densify(uint number, ulong[] live)
    {
        try { segments.Densify(number, live); }
        catch (EngineException e) when (e.Fault == EngineFault.Full) { liveWhenDone.Remove(number); }
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
}
