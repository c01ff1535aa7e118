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

    /// <summary>Queues a request and waits: true where its thread is to lead, false where the request was done by another.</summary>
    public bool Enter(LogRequest request)
    {
        bool lead;
        lock (guard)
        {
            if (tail is null) head = request;
            else tail.Next = request;
            tail = request;
            lead = !leading;
            leading = true;
        }
        return lead || request.WaitToLead();
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
