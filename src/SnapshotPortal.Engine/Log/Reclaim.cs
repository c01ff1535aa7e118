using System.Numerics;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Gives back the space of what is not needed any more: dead segments whole, long dead runs as holes, the rest by writing a segment anew densely.</summary>
/// <remarks>
/// Locations stay as they are in all three, so no map changes. One pass at a time; checkpoints go on beside it, except while
/// trees that were given up are walked.
/// Writing densely costs a copy of what is in use, so it waits: only while the segments take more than a fifth over what is in
/// use, and some segments besides, is the one with the least in use rewritten, and then the next. The longer a segment
/// waits, the less of it has to be copied.
/// </remarks>
internal sealed class Reclaim(BatchWriter log, PoolState state, Liveness liveness, SegmentFiles segments)
{
    // A hole costs a call and an extent. Where dead runs are short, it costs less to write densely what lies between them.
    private const int HoleBlocksMin = 16;
    private const int HoleBlocksAverageMin = 64;

    // So that a segment is searched for dead runs a few times in its life, not in every pass.
    private const int SearchAtFraction = 32;

    /// <summary>How many segments a pass leaves beyond what is in use and a fifth.</summary>
    public const int SlackSegments = 4;

    private const double AllocatedPerLive = 1.2;
    private const double DenseBelow = 0.9;

    private readonly Dictionary<uint, int> liveWhenSearched = [];

    /// <summary>Gives back what was found dead until now; returns how many bytes that were.</summary>
    /// <param name="below">Segments from this number on are needed for a replay: they are left alone.</param>
    /// <param name="cancel">Ends the pass between two segments.</param>
    public long Run(uint below, CancellationToken cancel)
    {
        List<(uint, ulong[])> dead = [];
        log.Control(() => dead = liveness.TakeDying());
        if (!Mutant.DeadWithoutFlush) log.Flusher.Flush();
        liveness.Clear(dead);
        segments.CloseRetired(keep: 16);
        var bytes = 0L;
        foreach (var number in segments.Numbers().Where(number => number < below).TakeWhile(_ => !cancel.IsCancellationRequested)) bytes += GiveBack(number);
        return bytes + DensifyLoosest(below, cancel);
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

    /// <summary>Deletes a segment where nothing of it is in use; else gives back its long dead runs.</summary>
    private long GiveBack(uint number)
    {
        var live = liveness.LiveOf(number);
        var liveBlocks = live.Sum(BitOperations.PopCount);
        if (liveBlocks == 0)
        {
            var bytes = segments.AllocatedBytes(number);
            segments.Delete(number);
            liveness.Forget(number);
            liveWhenSearched.Remove(number);
            return bytes;
        }
        if (liveWhenSearched.TryGetValue(number, out var before) && before - liveBlocks < segments.BlocksPerSegment / SearchAtFraction) return 0;
        liveWhenSearched[number] = liveBlocks;
        var segment = segments.Get(number);
        if (segment.IsDense) return 0;
        var allocated = segment.File.AllocatedBytes;
        PunchLongRuns(segment, live);
        return allocated - segment.File.AllocatedBytes;
    }

    private long DensifyLoosest(uint below, CancellationToken cancel)
    {
        var slack = log.IsShortOfSpace ? 0 : SlackSegments * segments.BlocksPerSegment * (long)Limits.BlockBytes;
        var excess = segments.AllocatedBytes() - (long)(liveness.LiveBlocks * Limits.BlockBytes * AllocatedPerLive) - slack;
        if (excess <= 0) return 0;
        var bytes = 0L;
        var loosest = liveWhenSearched.Keys.Where(number => number < below).Select(number => (Number: number, Use: UseOf(number))).Where(segment => segment.Use < DenseBelow).OrderBy(segment => segment.Use);
        foreach (var (number, _) in loosest)
        {
            if (bytes >= excess || cancel.IsCancellationRequested) break;
            bytes += Densify(number);
        }
        return bytes;
    }

    private double UseOf(uint number) => liveWhenSearched[number] * (double)Limits.BlockBytes / segments.AllocatedBytes(number);

    private long Densify(uint number)
    {
        var before = segments.AllocatedBytes(number);
        var live = liveness.LiveOf(number);
        liveWhenSearched[number] = live.Sum(BitOperations.PopCount);
        try { segments.Densify(number, live); }
        catch (EngineException e) when (e.Fault == EngineFault.Full) { } // It needs room before it gives any: others may have some.
        return before - segments.AllocatedBytes(number);
    }

    private void PunchLongRuns(Segment segment, ulong[] live)
    {
        var holes = DeadRuns(segment, live).Where(hole => hole.Blocks >= HoleBlocksMin).ToList();
        if (holes.Sum(hole => hole.Blocks) < holes.Count * HoleBlocksAverageMin) return;
        foreach (var (first, blocks) in holes) segment.File.PunchHole((long)first * Limits.BlockBytes, (long)blocks * Limits.BlockBytes);
    }

    private IEnumerable<(int First, int Blocks)> DeadRuns(Segment segment, ulong[] live)
    {
        var end = (int)Math.Min(segments.BlocksPerSegment, (segment.File.LengthBytes + Limits.BlockBytes - 1) / Limits.BlockBytes);
        for (var at = 1; at < end;) // Block 0 is the segment's header.
        {
            var (from, to) = SegmentFiles.NextRun(live, at);
            yield return (at, Math.Min(from, end) - at);
            at = Math.Max(to, at + 1);
            if (from >= end) break;
        }
    }
}
