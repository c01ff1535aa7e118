using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Makes the log durable: one sync for all threads that wait for one.</summary>
internal sealed class Flusher(SegmentFiles segments, ulong durable, BatchWriter log, PoolMetrics metrics)
{
    private readonly object guard = new();
    private readonly List<IFile> unsynced = [];
    private bool directoryChanged;
    private bool flushing;
    private ulong durable = durable;
    private ulong appended = durable;

    /// <summary>The last batch that a crash cannot take back. Any thread.</summary>
    public ulong Durable => Volatile.Read(ref durable);

    /// <summary>The last batch in the file. Set by the leader.</summary>
    public ulong Appended
    {
        get => Volatile.Read(ref appended);
        set => Volatile.Write(ref appended, value);
    }

    /// <summary>The log goes on in a new segment. The leader.</summary>
    public void Created(IFile segment)
    {
        lock (guard)
        {
            unsynced.Add(segment);
            directoryChanged = true;
        }
    }

    /// <summary>Returns once every batch appended before the call is durable.</summary>
    public void Flush()
    {
        var began = metrics.Now;
        FlushUpTo(Appended);
        metrics.Flushed(metrics.Since(began));
    }

    private void FlushUpTo(ulong target)
    {
        lock (guard)
        {
            while (true)
            {
                if (log.Fence is { } fence) throw new EngineException(fence.Fault, fence.Message, fence);
                if (durable >= target) return;
                if (!flushing) break;
                Monitor.Wait(guard);
            }
            flushing = true;
        }
        Sync();
    }

    private void Sync()
    {
        IFile[] files;
        bool directory;
        ulong upTo;
        lock (guard)
        {
            upTo = Appended;
            files = Mutant.OnlyLastSegmentSynced ? [.. unsynced.TakeLast(1)] : [.. unsynced];
            (directory, directoryChanged) = (directoryChanged, false);
            // All but the last are complete: once synced they need it no more.
            if (unsynced.Count > 1) unsynced.RemoveRange(0, unsynced.Count - 1);
        }
        try
        {
            foreach (var file in Mutant.FlushWithoutSync ? [] : files) file.Sync();
            if (directory && !Mutant.SegmentNotInDirectory) segments.SyncDirectory();
        }
        catch (Exception e)
        {
            if (!Mutant.FenceForgotten) log.SetFence(e as EngineException ?? new EngineException(EngineFault.Io, e.Message, e));
            lock (guard)
            {
                flushing = false;
                Monitor.PulseAll(guard);
            }
            throw;
        }
        metrics.Synced();
        lock (guard)
        {
            Volatile.Write(ref durable, Math.Max(durable, upTo));
            flushing = false;
            Monitor.PulseAll(guard);
        }
    }
}
