using System.Diagnostics;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Pools;

/// <summary>What a pool does by itself, each on a thread of its own: checkpoints, giving back space, and allocating the segment that comes next.</summary>
/// <remarks>
/// A checkpoint runs when half of the log that may be replayed, or a quarter of the map pages that may be unstored, has gathered;
/// writers wait where it does not keep up. Space is given back once 64 MiB are dead, or a disk or snapshot was deleted some seconds ago;
/// where overwriting is faster than that, so that the files are far larger than what is in use, writers wait for one pass.
/// </remarks>
internal sealed class Upkeep : IDisposable
{
    // Below that a pass would cost more than it gives back.
    private const long ReclaimBlocksMin = (64L << 20) / Limits.BlockBytes;

    // What was deleted gathers for so long.
    private static readonly TimeSpan ReclaimDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Files beyond that are waste: a tenth more than a pass leaves (see Reclaim).
    private const double AllocatedPerLiveMax = 1.3;

    private readonly Pool pool;
    private readonly Liveness liveness;
    private readonly Thread checkpoints;
    private readonly Thread reclaims;
    private readonly Thread spares;
    private readonly AutoResetEvent segmentHalfFull = new(false);
    private readonly AutoResetEvent wake = new(false);
    private readonly AutoResetEvent wasteful = new(false);
    private readonly object guard = new();
    private readonly CancellationTokenSource closing = new();
    private int asked;
    private uint segment;
    private long reclaimed = Stopwatch.GetTimestamp();
    private bool isMapDamaged;
    private volatile bool isWasteful;

    public Upkeep(Pool pool, Liveness liveness)
    {
        (this.pool, this.liveness) = (pool, liveness);
        checkpoints = Start("pool checkpoints", KeepCheckpoints);
        reclaims = Start("pool reclaim", KeepReclaiming);
        spares = Start("pool spare segment", KeepSpare);
        pool.Log.SegmentHalfFull = TellOfSegment;
    }

    private bool IsBehind => pool.Log.Backlog.IsFull || pool.Pages.Backlog.IsFull;

    private bool MustWait => IsBehind || isWasteful;

    private bool WantsCheckpoint => pool.Log.Backlog.WantsCheckpoint || pool.Pages.Backlog.WantsCheckpoint;

    /// <summary>Asked before every change of a disk: makes a checkpoint begin, or waits for one, where it is time.</summary>
    public void Admit()
    {
        if (TryAdmit()) return;
        lock (guard)
        {
            // One attempt: where it finds no room, the write will be told so itself. And not without end: while all maps
            // are walked after a crash no checkpoint begins, and then the bound gives way, slowly. So it does where a pass
            // over the segments takes long.
            if (MustWait && !closing.IsCancellationRequested) Monitor.Wait(guard, WaitMax);
        }
    }

    /// <summary>As <see cref="Admit"/>, but returns false instead of waiting.</summary>
    public bool TryAdmit()
    {
        if ((WantsCheckpoint || IsBehind) && Interlocked.Exchange(ref asked, 1) == 0) wake.Set();
        return !MustWait;
    }

    /// <summary>A checkpoint was tried: those who wait for it go on.</summary>
    public void EndAttempt()
    {
        lock (guard) Monitor.PulseAll(guard);
    }

    public void Dispose()
    {
        pool.Log.SegmentHalfFull = null;
        closing.Cancel();
        checkpoints.Join();
        reclaims.Join();
        spares.Join();
        closing.Dispose();
        wake.Dispose();
        wasteful.Dispose();
        segmentHalfFull.Dispose();
    }

    private Thread Start(string name, Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                pool.Log.SetFence(e as EngineException ?? new EngineException(EngineFault.Io, e.Message, e)); // Whoever writes next is told why.
            }
            finally
            {
                EndAttempt();
            }
        })
        { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private void KeepCheckpoints()
    {
        WaitHandle[] handles = [closing.Token.WaitHandle, wake];
        while (WaitHandle.WaitAny(handles, Pause) != 0)
        {
            Volatile.Write(ref asked, 0);
            if (WantsCheckpoint || IsBehind) pool.CheckpointIfRoom();
        }
    }

    private void TellOfSegment(uint number)
    {
        Volatile.Write(ref segment, number);
        segmentHalfFull.Set();
    }

    // Not before a segment is half full: a pool that is hardly used takes no room for it.
    private void KeepSpare()
    {
        WaitHandle[] handles = [closing.Token.WaitHandle, segmentHalfFull];
        while (WaitHandle.WaitAny(handles) != 0)
        {
            isWasteful = liveness.IsExact && pool.Segments.AllocatedBytes() > liveness.LiveBlocks * AllocatedPerLiveMax * Limits.BlockBytes + Reclaim.SlackSegments * pool.Segments.SegmentBytes;
            if (isWasteful) wasteful.Set();
            pool.Segments.PrepareSpare(Volatile.Read(ref segment) + 1);
        }
    }

    private void KeepReclaiming()
    {
        WaitHandle[] handles = [closing.Token.WaitHandle, wasteful];
        while (WaitHandle.WaitAny(handles, IsReclaimDue ? TimeSpan.Zero : Pause) != 0)
        {
            if (!IsReclaimDue) continue;
            try
            {
                reclaimed = Stopwatch.GetTimestamp();
                if (isWasteful || liveness.HasTrees) pool.CheckpointIfRoom(); // Else what died last would lie in what a replay needs.
                pool.Reclaim(closing.Token);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Full)
            {
                closing.Token.WaitHandle.WaitOne(Pause); // What others give back may make room.
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                isMapDamaged = true; // It does not tell any more what is needed, so nothing is given back.
            }
            finally
            {
                isWasteful = false; // Whatever the pass gave back: more than one is not waited for.
                EndAttempt();
            }
        }
    }

    private bool IsReclaimDue =>
        !(isMapDamaged && !liveness.IsExact)
        && (isWasteful || liveness.DyingBlocks >= ReclaimBlocksMin || (liveness.HasTrees && Stopwatch.GetElapsedTime(reclaimed) >= ReclaimDelay));
}
