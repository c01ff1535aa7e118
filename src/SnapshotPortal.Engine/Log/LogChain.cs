using System.Buffers;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Requests that a thread hands to the log at once, and what keeps their data in place. Each thread has one and uses it again and again.</summary>
internal sealed unsafe class LogChain
{
    [ThreadStatic]
    private static LogChain? ofThread;

    private readonly List<LogRequest> made = [];
    private readonly List<MemoryHandle> pinned = [];
    private byte[]? room;
    private byte* unused;
    private int count;

    public static LogChain OfThread => ofThread ??= new();

    /// <summary>The requests, in the order in which they are carried out.</summary>
    public ReadOnlySpan<LogRequest> Requests => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(made)[..count];

    /// <summary>Appends a request.</summary>
    public LogRequest Add(LogRequestKind kind, PoolDisk disk)
    {
        if (count == made.Count) made.Add(new());
        var request = made[count++];
        request.Begin(kind, disk);
        request.Base = null;
        request.Content = null;
        return request;
    }

    /// <summary>Where data lies, for as long as the chain needs it.</summary>
    public byte* Pin(ReadOnlyMemory<byte> data)
    {
        var handle = data.Pin();
        pinned.Add(handle);
        return (byte*)handle.Pointer;
    }

    /// <summary>Room for encrypted data, of which there is so much in all.</summary>
    public byte* Room(int bytes, long allBytes)
    {
        if (room is null)
        {
            room = ArrayPool<byte>.Shared.Rent((int)allBytes);
            unused = Pin(room);
        }
        unused += bytes;
        return unused - bytes;
    }

    /// <summary>Links the requests; false where there are none.</summary>
    public bool TryLink(out LogRequest first, out LogRequest last)
    {
        (first, last) = (null!, null!);
        if (count == 0) return false;
        (first, last) = (made[0], made[count - 1]);
        for (var i = 0; i < count - 1; i++) made[i].Chain(made[i + 1], last);
        return true;
    }

    /// <summary>Whether one was not carried out because it needs a block of the disk's base.</summary>
    public bool NeedsBase
    {
        get
        {
            foreach (var request in Requests)
                if (request.NeedsBase) return true;
            return false;
        }
    }

    /// <summary>Throws the first failure.</summary>
    public void ThrowIfFailed()
    {
        foreach (var request in Requests) request.ThrowIfFailed();
    }

    /// <summary>Lets go of everything.</summary>
    public void Clear()
    {
        foreach (var handle in pinned) handle.Dispose();
        pinned.Clear();
        if (room is not null) ArrayPool<byte>.Shared.Return(room);
        room = null;
        count = 0;
    }
}
