using System.Collections.Concurrent;

namespace SnapshotPortal.Engine.Pools;

/// <summary>Where reads had to wait for a disk's base, in their order: a hydration copies these places first. Thread-safe.</summary>
internal sealed class ColdReads
{
    // Who is further behind than this is not waited for any more: the pass over the whole disk comes by as well.
    private const int PlacesMax = 1024;

    private readonly ConcurrentQueue<long> places = new();
    private long last = -1;

    /// <summary>Notes that a read came from the base.</summary>
    public void Add(long offsetBytes)
    {
        var place = offsetBytes / Limits.ChunkBytes;
        if (Interlocked.Exchange(ref last, place) != place && places.Count < PlacesMax) places.Enqueue(place);
    }

    /// <summary>Takes the place that was asked for first: where its chunk begins.</summary>
    public bool TryTake(out long offsetBytes)
    {
        var taken = places.TryDequeue(out var place);
        offsetBytes = place * Limits.ChunkBytes;
        return taken;
    }
}
