namespace SnapshotPortal.Engine.Log;

/// <summary>The requests that wait to be written, and who writes them.</summary>
/// <remarks>
/// The first thread that finds nobody leading leads, until its own request is done; then it hands the lead on to the first
/// that waits. So a lone writer never waits for another thread, and many writers share each write.
/// </remarks>
internal sealed class LogQueue
{
    private readonly Lock guard = new();
    private LogRequest? head;
    private LogRequest? tail;
    private bool leading;

    /// <summary>Queues a request, or a chain of them, and waits: true where its thread is to lead, false where all was done by others.</summary>
    public bool Enter(LogRequest first, LogRequest last)
    {
        bool lead;
        lock (guard)
        {
            if (tail is null) head = first;
            else tail.Next = first;
            tail = last;
            lead = !leading;
            leading = true;
        }
        return lead || last.WaitToLead();
    }

    /// <summary>Hands the lead on. The leader, its request done.</summary>
    public void Leave()
    {
        LogRequest? next;
        lock (guard)
        {
            next = head;
            leading = next is not null;
        }
        next?.Lead();
    }

    /// <summary>The request that is next, or null. The leader.</summary>
    public LogRequest? Peek()
    {
        lock (guard) return head;
    }

    /// <summary>Takes the request that is next. The leader.</summary>
    public LogRequest Pop()
    {
        lock (guard)
        {
            var request = head!;
            head = request.Next;
            if (head is null) tail = null;
            request.Next = null;
            return request;
        }
    }
}
