using SnapshotPortal.Engine;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>A thread of a connection: while it has the turn it receives requests and carries them out.</summary>
/// <remarks>
/// What is received at once is a unit: its reads are answered as they are met, its writes become one batch of the device, its flushes one
/// flush, its replies one send. (Requests in flight have no order among each other: proto.md, "Ordering of messages and writes".) A unit ends
/// early at a request that must wait. A large unit takes long to store or to send: meanwhile another thread receives the next. Nothing is allocated for a request that need not wait and does not fail.
/// </remarks>
internal sealed class RequestLoop(Session session, bool hasTurn)
{
    private const int WritesMax = 128;

    // A unit of so many bytes is large; and so many may be on their way beside the one that is received: enough that client, device
    // and socket never wait for each other, and little enough to stay in the processor's cache.
    private const long LargeBytes = 256 << 10;
    private const long LargeBytesMax = 2 << 20;

    private const int CacheBytesMax = NbdLimits.RequestBytesMax;

    private readonly Inbox inbox = new();
    private readonly ReplyWriter replies = new(session);
    private readonly IBlockDevice device = session.Agreement.Export.Device;
    private readonly BlockWrite[] writes = new BlockWrite[WritesMax];
    private readonly (ulong Cookie, bool IsDurable)[] writers = new (ulong, bool)[WritesMax];
    private readonly List<ulong> flushes = [];
    private int writeCount;
    private long writeBytes;

    /// <summary>Whether this thread is the one that receives. Changed under the loop's lock.</summary>
    public bool HasTurn { get; private set; } = hasTurn;

    /// <summary>The thread's life.</summary>
    public void Run()
    {
        try
        {
            while (session.AwaitTurn(this))
                while (HasTurn && Receive()) RunUnit();
        }
        catch (Exception e)
        {
            session.Fail(e);
        }
        finally
        {
            session.Leave();
        }
    }

    /// <summary>Gives the turn to this thread, from another.</summary>
    public void Begin(ReadOnlySpan<byte> rest)
    {
        lock (this)
        {
            inbox.Continue(rest);
            HasTurn = true;
            Monitor.Pulse(this);
        }
    }

    /// <summary>Receives until at least one whole request is here; false at the end.</summary>
    private bool Receive()
    {
        while (!session.HasEnded)
        {
            if (inbox.TryPeek(out _)) return true;
            var count = session.Receive(inbox.Room(), isPartial: !inbox.IsEmpty);
            inbox.Received(count);
            if (count == 0) session.End(inbox.IsEmpty ? "The client left." : "The client left within a request.");
        }
        lock (this) HasTurn = false;
        return false;
    }

    private void RunUnit()
    {
        var mustWait = Start(out var request);
        var bytes = UnitBytes;
        var isPassed = bytes >= LargeBytes && TryPass(bytes, LargeBytesMax);
        var writesMustWait = writeCount > 0 && !TryWrite();
        mustWait &= !isPassed && !writesMustWait; // Else whoever has the turn next meets it again.
        if (mustWait) inbox.Take(request);
        replies.Send();
        if (mustWait || writesMustWait || flushes.Count > 0)
        {
            if (!isPassed)
            {
                bytes = mustWait ? request.LengthBytes : writeBytes;
                isPassed = TryPass(bytes, NbdLimits.WaitingBytesMax);
            }
            Wait(mustWait ? request : null);
        }
        if (!isPassed) return;
        inbox.Clear();
        session.Waited(bytes);
    }

    private long UnitBytes => writeBytes + replies.Bytes;

    /// <summary>Lets another thread receive, where so much may be on its way.</summary>
    private bool TryPass(long bytes, long bytesMax)
    {
        if (!session.TryPass(inbox.Rest, bytes, bytesMax)) return false;
        lock (this) HasTurn = false;
        return true;
    }

    /// <summary>Begins the requests that are here; true where one must wait, which is not taken.</summary>
    private bool Start(out RequestHeader request)
    {
        request = default;
        while (!session.HasEnded && writeCount < WritesMax && UnitBytes < LargeBytes && inbox.TryPeek(out request)) // What follows a goodbye is not looked at.
        {
            var error = RequestValidator.Check(request, session.Agreement);
            if (error != NbdErrno.None)
            {
                inbox.Take(request);
                replies.Failed(request.Cookie, error, "The request is not valid here: its command, its flags, its range, or a change of what is read-only.");
                continue;
            }
            switch (request.Command)
            {
                case Command.Read:
                    if (!TryRead(request)) return true;
                    inbox.Take(request);
                    break;
                case Command.Write:
                    Add(request, BlockWrite.Of((long)request.Offset, inbox.Take(request)));
                    break;
                case Command.WriteZeroes or Command.Trim:
                    inbox.Take(request);
                    Add(request, BlockWrite.Zeroes((long)request.Offset, request.LengthBytes));
                    break;
                case Command.Flush:
                    inbox.Take(request);
                    flushes.Add(request.Cookie);
                    break;
                case Command.Disconnect:
                    inbox.Take(request);
                    session.End("The client said goodbye.");
                    break;
                default:
                    return true;
            }
        }
        return false;
    }

    private bool TryRead(in RequestHeader request)
    {
        try
        {
            if (!device.TryRead((long)request.Offset, replies.BeginRead((int)request.LengthBytes))) return false;
            replies.EndRead(request);
        }
        catch (Exception e) when (NbdErrors.IsExpected(e))
        {
            replies.Failed(request.Cookie, NbdErrors.Of(e), e.Message);
        }
        return true;
    }

    private void Add(in RequestHeader request, BlockWrite write)
    {
        var isDurable = (request.Flags & CommandFlags.Fua) != CommandFlags.None;
        if (write.LengthBytes == 0)
        {
            if (isDurable) flushes.Add(request.Cookie);
            else replies.Succeeded(request.Cookie);
            return;
        }
        writers[writeCount] = (request.Cookie, isDurable);
        writes[writeCount++] = write;
        writeBytes += write.Data.Length;
    }

    /// <summary>Carries out the unit's writes as one batch; false where one must wait or has failed: then each is carried out alone, so that it gets its own answer.</summary>
    private bool TryWrite()
    {
        if (!session.TryBeginChange()) throw new OperationCanceledException("The connection was closed.");
        try
        {
            if (!device.TryWrite(writes.AsSpan(0, writeCount))) return false;
        }
        catch (Exception e) when (NbdErrors.IsExpected(e))
        {
            return false;
        }
        finally
        {
            session.EndChange();
        }
        for (var i = 0; i < writeCount; i++) Written(writers[i]);
        (writeCount, writeBytes) = (0, 0);
        return true;
    }

    private void Written((ulong Cookie, bool IsDurable) writer)
    {
        if (writer.IsDurable) flushes.Add(writer.Cookie);
        else replies.Succeeded(writer.Cookie);
    }

    /// <summary>Carries out what must wait: flushes that are asked for, writes or a request, and the flushes that these ask for.</summary>
    private void Wait(RequestHeader? request)
    {
        Flush();
        if (request is { } alone) RunAlone(alone);
        else WriteOneByOne();
        Flush();
        replies.Send();
    }

    private void Flush()
    {
        if (flushes.Count == 0) return;
        try
        {
            device.Flush();
            foreach (var cookie in flushes) replies.Succeeded(cookie);
        }
        catch (Exception e) when (NbdErrors.IsExpected(e))
        {
            foreach (var cookie in flushes) replies.Failed(cookie, NbdErrors.Of(e), e.Message);
        }
        flushes.Clear();
        replies.Send();
    }

    private void WriteOneByOne()
    {
        for (var i = 0; i < writeCount; i++)
        {
            if (!session.TryBeginChange()) throw new OperationCanceledException("The connection was closed.");
            try
            {
                device.Write(writes.AsSpan(i, 1), session.Closed);
                Written(writers[i]);
            }
            catch (Exception e) when (NbdErrors.IsExpected(e))
            {
                replies.Failed(writers[i].Cookie, NbdErrors.Of(e), e.Message);
            }
            finally
            {
                session.EndChange();
            }
            replies.Send();
        }
        (writeCount, writeBytes) = (0, 0);
    }

    /// <summary>Carries out a request that may wait for long.</summary>
    private void RunAlone(RequestHeader request)
    {
        try
        {
            switch (request.Command)
            {
                case Command.Read:
                    device.Read((long)request.Offset, replies.BeginRead((int)request.LengthBytes), session.Closed);
                    replies.EndRead(request);
                    break;
                case Command.Cache:
                    // Advice: what is read is forgotten, but what reading brought along stays.
                    ReadAhead((long)request.Offset, Math.Min(request.LengthBytes, CacheBytesMax));
                    replies.Succeeded(request.Cookie);
                    break;
                default:
                    BlockStatus.Reply(request, session.Agreement, replies);
                    break;
            }
        }
        catch (Exception e) when (NbdErrors.IsExpected(e))
        {
            replies.Failed(request.Cookie, NbdErrors.Of(e), e.Message);
        }
    }

    private void ReadAhead(long offset, long length)
    {
        for (var end = offset + length; offset < end;)
        {
            var count = (int)Math.Min(Limits.ChunkBytes, end - offset);
            device.Read(offset, replies.BeginRead(count), session.Closed);
            offset += count;
        }
    }
}
