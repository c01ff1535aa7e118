using System.Diagnostics;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Pools;

/// <summary>What a pool does by itself, each on a thread of its own: checkpoints, and giving back space.</summary>
/// <remarks>
/// A checkpoint runs when a quarter of the log that may be replayed, or of the map pages that may be unstored, has gathered;
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
    private readonly Thread checkpoints;
    private readonly Thread reclaims;
    private readonly AutoResetEvent wake = new(false);
    private readonly object guard = new();
    private readonly CancellationTokenSource closing = new();
    private int asked;
    private long reclaimed = Stopwatch.GetTimestamp();
    private bool isMapDamaged;

    public Upkeep(Pool pool, Liveness liveness)
    {
        (this.pool, this.liveness) = (pool, liveness);
        checkpoints = Start("pool checkpoints", KeepCheckpoints);
        reclaims = Start("pool reclaim", KeepReclaiming);
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
            if (IsBehind && !closing.IsCancellationRequested) Monitor.Wait(guard, WaitMax);
        }
    }

    /// <summary>A checkpoint was tried: those who wait for it go on.</summary>
    public void EndAttempt()
    {
        lock (guard) Monitor.PulseAll(guard);
    }

    public void Dispose()
    {
        closing.Cancel();
        checkpoints.Join();
        reclaims.Join();
        closing.Dispose();
        wake.Dispose();
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

    private void KeepReclaiming()
    {
        while (!closing.Token.WaitHandle.WaitOne(IsReclaimDue ? TimeSpan.Zero : Pause))
        {
            if (!IsReclaimDue) continue;
            try
            {
                reclaimed = Stopwatch.GetTimestamp();
                if (liveness.HasTrees) pool.CheckpointIfRoom(); // Else what was deleted last would lie in what a replay needs.
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
        }
    }

    private bool IsReclaimDue =>
        !(isMapDamaged && !liveness.IsExact)
        && (liveness.DyingBlocks >= ReclaimBlocksMin || (liveness.HasTrees && Stopwatch.GetElapsedTime(reclaimed) >= ReclaimDelay));
}
