using SnapshotPortal.Nbd.Negotiation;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>What the threads of one connection share during transmission: its bytes, and whose turn it is to receive.</summary>
/// <remarks>
/// One thread at a time has the turn: it receives and carries out requests. Before it carries out one that must wait, it passes the turn,
/// with what it has received and not carried out, to an idle thread or a new one. So a request that need not wait never changes threads,
/// one that must wait holds up nobody, and what waits the longest, a flush, begins without a switch of threads as well. Where
/// as many wait as are allowed, the turn is kept, and the client has to wait too.
/// </remarks>
internal sealed class Session(NbdConnection connection, NbdTransport transport, Agreement agreement)
{
    private const int SendBytesMax = 1 << 20;
    private const int StackBytes = 512 << 10;
    private const int StalledBytesMin = 64 << 10;
    private static readonly TimeSpan IdleTimeMax = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Lock sending = new();
    private readonly List<RequestLoop> idle = [];
    private int threads = 1;
    private long waitingBytes;
    private int partialBytes;
    private volatile bool hasEnded;

    public Agreement Agreement => agreement;

    /// <summary>Ends waits for a disk's limits once the connection is closed.</summary>
    public CancellationToken Closed => connection.Closed;

    /// <summary>Whether nothing more is received.</summary>
    public bool HasEnded => hasEnded;

    /// <summary>Carries out requests on this thread, and on as many more as it takes; each returns by itself.</summary>
    public void Run() => new RequestLoop(this, hasTurn: true).Run();

    /// <summary>Receives once; 0 at the end. The thread that has the turn.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="isPartial">Whether a part of a request is here: then the client must not stall.</param>
    public int Receive(Span<byte> room, bool isPartial)
    {
        if (hasEnded) return 0;
        if (!isPartial) partialBytes = 0;
        connection.Receiving.Set(isPartial);
        var count = transport.Receive(room);
        partialBytes += count;
        if (!isPartial || partialBytes >= StalledBytesMin)
        {
            connection.Receiving.Set(false);
            partialBytes = 0;
        }
        connection.AddReceived(count);
        return count;
    }

    public void Send(ReadOnlySpan<byte> bytes, int requests)
    {
        lock (sending)
        {
            for (var rest = bytes; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, SendBytesMax)..])
            {
                connection.Sending.Set(true);
                transport.Send(rest[..Math.Min(rest.Length, SendBytesMax)]);
                connection.Sending.Set(false);
            }
        }
        connection.AddSent(bytes.Length, requests);
    }

    /// <summary>Passes the turn on with what is received and not carried out; false where too much waits already: then it is kept.</summary>
    /// <param name="rest">The bytes.</param>
    /// <param name="bytes">The size of what the caller is about to wait with.</param>
    /// <param name="bytesMax">How much may wait with it.</param>
    public bool TryPass(ReadOnlySpan<byte> rest, long bytes, long bytesMax)
    {
        RequestLoop next;
        var isNew = false;
        lock (gate)
        {
            if (hasEnded || (waitingBytes > 0 && waitingBytes + bytes > bytesMax)) return false;
            if (idle.Count > 0)
            {
                next = idle[^1];
                idle.RemoveAt(idle.Count - 1);
            }
            else
            {
                if (threads > NbdLimits.WaitingRequestsMax) return false;
                threads++;
                (next, isNew) = (new(this, hasTurn: false), true);
            }
            waitingBytes += bytes;
        }
        next.Begin(rest);
        if (isNew) new Thread(next.Run, StackBytes) { IsBackground = true, Name = "nbd request" }.Start();
        return true;
    }

    /// <summary>What a thread waited with is done.</summary>
    public void Waited(long bytes)
    {
        lock (gate) waitingBytes -= bytes;
    }

    /// <summary>Waits until the turn comes to a thread; false where it is not needed any more.</summary>
    public bool AwaitTurn(RequestLoop loop)
    {
        lock (loop)
        {
            if (loop.HasTurn) return true;
            lock (gate)
            {
                if (hasEnded) return false;
                idle.Add(loop);
            }
            while (!loop.HasTurn)
            {
                if (hasEnded) return false;
                if (Monitor.Wait(loop, IdleTimeMax)) continue;
                lock (gate)
                    if (idle.Remove(loop)) return false;
            }
            return true;
        }
    }

    /// <summary>Nothing more is received. What was begun is carried out and answered.</summary>
    public void End(string reason)
    {
        connection.SetReason(reason);
        RequestLoop[] waiting;
        lock (gate)
        {
            hasEnded = true;
            waiting = [.. idle];
        }
        foreach (var loop in waiting)
            lock (loop) Monitor.PulseAll(loop);
    }

    /// <summary>A thread has failed: the connection ends now.</summary>
    public void Fail(Exception e)
    {
        connection.Fail(e);
        End("");
    }

    public bool TryBeginChange() => connection.TryBeginChange();

    public void EndChange() => connection.EndChange();

    /// <summary>A thread leaves; the last one lets the connection go.</summary>
    public void Leave()
    {
        lock (gate)
            if (--threads > 0) return;
        connection.Dispose();
    }
}
