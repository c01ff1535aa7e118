using System.Diagnostics;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Pools;

/// <summary>What a pool does by itself, on a thread of its own: checkpoints, and giving back space.</summary>
/// <remarks>
/// A checkpoint runs when half of the log that may be replayed, or half of the map pages that may be unstored, have gathered;
/// writers wait where all of it has. Space is given back once 64 MiB are dead, or a disk or snapshot was deleted some seconds ago.
/// </remarks>
internal sealed class Upkeep : IDisposable
{
    // Below that a pass would cost more than it gives back.
    private const long ReclaimBlocksMin = (64L << 20) / Limits.BlockBytes;

    // What was deleted gathers for so long.
    private static readonly TimeSpan ReclaimDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Pool pool;
    private readonly Liveness liveness;
    private readonly Thread thread;
    private readonly AutoResetEvent wake = new(false);
    private readonly object guard = new();
    private int asked;
    private long reclaimed = Stopwatch.GetTimestamp();
    private bool isMapDamaged;
    private volatile bool isClosing;

    public Upkeep(Pool pool, Liveness liveness)
    {
        (this.pool, this.liveness) = (pool, liveness);
        thread = new Thread(Work) { IsBackground = true, Name = "pool upkeep" };
        thread.Start();
    }

    private bool IsBehind => pool.Log.Backlog.IsFull || pool.Pages.Backlog.IsFull;

    private bool WantsCheckpoint => pool.Log.Backlog.WantsCheckpoint || pool.Pages.Backlog.WantsCheckpoint;

    /// <summary>Asked before every change of a disk: makes a checkpoint begin, or waits for one, where it is time.</summary>
    public void Admit()
    {
        if (!WantsCheckpoint && !IsBehind) return;
        if (Interlocked.Exchange(ref asked, 1) == 0) wake.Set();
        if (!IsBehind) return;
        lock (guard)
        {
            // One attempt: where it finds no room, the write will be told so itself. And not without end: while all maps
            // are walked after a crash no checkpoint begins, and then the bound gives way, slowly.
            if (IsBehind && !isClosing) Monitor.Wait(guard, WaitMax);
        }
    }

    public void Dispose()
    {
        isClosing = true;
        wake.Set();
        thread.Join();
        wake.Dispose();
    }

    private void Work()
    {
        try
        {
            while (!isClosing)
            {
                wake.WaitOne(Pause);
                Volatile.Write(ref asked, 0);
                if (!isClosing) WorkOnce();
            }
        }
        catch (Exception e)
        {
            pool.Log.SetFence(e as EngineException ?? new EngineException(EngineFault.Io, e.Message, e)); // Whoever writes next is told why.
        }
        finally
        {
            isClosing = true;
            EndAttempt();
        }
    }

    private void WorkOnce()
    {
        try
        {
            if (WantsCheckpoint || IsBehind) pool.CheckpointIfRoom();
            if ((isMapDamaged && !liveness.IsExact) || (liveness.DyingBlocks < ReclaimBlocksMin && !(liveness.HasTrees && Stopwatch.GetElapsedTime(reclaimed) >= ReclaimDelay))) return;
            reclaimed = Stopwatch.GetTimestamp();
            if (liveness.HasTrees) pool.CheckpointIfRoom(); // Else what was deleted last would lie in what a replay needs.
            pool.Reclaim();
        }
        catch (EngineException e) when (e.Fault == EngineFault.Full)
        {
            // Tried again later: what others give back may make room.
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            isMapDamaged = true; // It does not tell any more what is needed, so nothing is given back until a scrub finds it whole.
        }
    }

    /// <summary>A checkpoint was tried: those who wait for it go on.</summary>
    public void EndAttempt()
    {
        lock (guard) Monitor.PulseAll(guard);
    }
}
