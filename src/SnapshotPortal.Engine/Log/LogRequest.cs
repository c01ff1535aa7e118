using System.Runtime.ExceptionServices;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

internal enum LogRequestKind
{
    /// <summary>Whole blocks.</summary>
    Write,

    /// <summary>Whole blocks of a disk's base, where they are absent.</summary>
    Fill,

    /// <summary>A part of one block; the rest stays.</summary>
    Patch,

    /// <summary>A run of blocks becomes zeroes.</summary>
    Zero,

    /// <summary>Map pages of a checkpoint.</summary>
    MapPages,

    /// <summary>A change of the table of disks and snapshots; always a batch of its own.</summary>
    Change,

    /// <summary>Runs between two batches, as the only one that changes anything.</summary>
    Control,
}

/// <summary>
/// What a thread asks of the log, and where it waits for it. Each thread has one and uses it again and again: its data
/// stays pinned and its fields unchanged by the thread until the request is done.
/// </summary>
internal sealed unsafe class LogRequest
{
    [ThreadStatic]
    private static LogRequest? ofThread;

    private const int Waiting = 0, Leading = 1, Completed = 2;
    private const int SpinsMax = 20;
    private int state;

    public static LogRequest OfThread => ofThread ??= new();

    public LogRequestKind Kind;
    public PoolDisk? Disk;
    public long Lba;
    public long Blocks;
    public int Within;
    public int Length;
    public byte* Data;
    public Func<PoolChange[]>? Changes;
    public Action? Control;

    /// <summary>Where the first block was put.</summary>
    public Location Location;
    public LogRequest? Next;

    /// <summary>What a fill, or the content below a patch, was read from.</summary>
    public MapBase? Base;

    /// <summary>The whole block that a patch changes as its base has it, or null.</summary>
    public byte* Content;

    /// <summary>A patch that was not carried out: it needs the block as the base has it, which the leader does not wait for.</summary>
    public bool NeedsBase;
    private Exception? error;

    // Whose thread waits for this request: its own, or that of the last in a chain.
    private LogRequest waiter;

    public LogRequest() => waiter = this;

    public bool IsDone => Volatile.Read(ref state) == Completed;

    public void Begin(LogRequestKind kind, PoolDisk? disk = null)
    {
        (Kind, Disk, state, error, Next, NeedsBase, waiter) = (kind, disk, Waiting, null, null, false, this);
    }

    /// <summary>Puts it before another request of its thread, which waits for the last of them only.</summary>
    public void Chain(LogRequest next, LogRequest last) => (Next, waiter) = (next, last);

    /// <summary>Waits until the request is done (false) or its thread is to lead (true).</summary>
    public bool WaitToLead()
    {
        var spin = new SpinWait();
        while (spin.Count < SpinsMax && Volatile.Read(ref state) == Waiting) spin.SpinOnce(sleep1Threshold: -1);
        if (Volatile.Read(ref state) == Waiting)
            lock (this)
                while (state == Waiting) Monitor.Wait(this);
        return state == Leading;
    }

    public void Lead() => waiter.Signal(Leading);

    public void Complete(Exception? failure = null)
    {
        error = failure;
        if (waiter == this) Signal(Completed);
        else Volatile.Write(ref state, Completed); // The last of the chain is done later, and wakes its thread.
    }

    public void ThrowIfFailed()
    {
        switch (error)
        {
            case null: return;
            // The same failure may be told to several threads: each gets an exception of its own.
            case EngineException e: throw new EngineException(e.Fault, e.Message, e);
            default: ExceptionDispatchInfo.Throw(error); return;
        }
    }

    private void Signal(int to)
    {
        lock (this)
        {
            Volatile.Write(ref state, to);
            Monitor.Pulse(this);
        }
    }
}
