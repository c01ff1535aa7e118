namespace SnapshotPortal.Engine.Repositories;

/// <summary>A cap on bytes a second, shared by all who take from it. Thread-safe.</summary>
/// <remarks>Each taker gets the next slot in time, as long as its bytes take at the rate, and waits until it begins; so nobody saves up more than one slot.</remarks>
public sealed class ByteRate(TimeProvider time)
{
    private readonly Lock gate = new();
    private long bytesPerSecond;
    private long nextFree;

    /// <summary>The cap; 0 for none. A change counts from the next taking on.</summary>
    public long BytesPerSecond
    {
        get => Interlocked.Read(ref bytesPerSecond);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Interlocked.Exchange(ref bytesPerSecond, value);
        }
    }

    /// <summary>Returns when so many bytes may go.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancel)
    {
        TimeSpan wait;
        lock (gate)
        {
            var now = time.GetTimestamp();
            var rate = BytesPerSecond;
            if (rate == 0) return;
            var begin = Math.Max(nextFree, now);
            nextFree = begin + (long)((double)bytes / rate * time.TimestampFrequency);
            wait = time.GetElapsedTime(now, begin);
        }
        if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancel);
    }
}
