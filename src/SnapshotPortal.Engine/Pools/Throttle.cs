namespace SnapshotPortal.Engine.Pools;

/// <summary>Keeps requests within <see cref="RateLimits"/>: two token buckets, one for requests and one for bytes. Thread-safe; allocates nothing.</summary>
/// <remarks>
/// A bucket holds what its rate gives in <see cref="Burst"/>. A request takes its tokens when it comes, at once and in full, even
/// where that puts the bucket into debt, and may go when what it took is there; a request larger than the bucket goes
/// when the bucket was full. So requests go in the order in which they came, none can be overtaken for ever, and over time the
/// rates are exact, whatever the sizes and however late the waiting threads wake up.
/// </remarks>
public sealed class Throttle(TimeProvider time)
{
    private readonly object guard = new();
    private Bucket operations;
    private Bucket bytes;
    private RateLimits limits;
    private long waitedTicks;
    private int waiting;
    private volatile bool isLimited;

    /// <summary>
    /// How much of unused time counts: long beside what a thread oversleeps (else the rates would not be reached) and enough
    /// for the handful of requests with which a file system commits; short enough that no second sees more than a tenth above the rate.
    /// </summary>
    public static TimeSpan Burst { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The limits; a change holds at once, also for those who wait.</summary>
    public RateLimits Limits
    {
        get
        {
            lock (guard) return limits;
        }
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value.OperationsPerSecond ?? 1, 1, nameof(value));
            ArgumentOutOfRangeException.ThrowIfLessThan(value.BytesPerSecond ?? 1, 1, nameof(value));
            lock (guard)
            {
                var now = time.GetTimestamp();
                operations.SetRate(value.OperationsPerSecond ?? 0, now, time.TimestampFrequency);
                bytes.SetRate(value.BytesPerSecond ?? 0, now, time.TimestampFrequency);
                limits = value;
                isLimited = value != RateLimits.None;
                Monitor.PulseAll(guard);
            }
        }
    }

    /// <summary>How many requests wait in <see cref="Wait"/> now.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>How long requests have waited in <see cref="Wait"/>, summed up.</summary>
    public TimeSpan Waited => new(Volatile.Read(ref waitedTicks));

    /// <summary>Takes the tokens of a request and tells how long it must wait from now on. For who waits by other means than a thread.</summary>
    public TimeSpan Reserve(int operationCount, long byteCount)
    {
        if (!isLimited) return TimeSpan.Zero;
        lock (guard) return Remaining(Take(operationCount, byteCount));
    }

    /// <summary>Takes the tokens of a request where it may go at once; else takes none and returns false.</summary>
    public bool TryTake(int operationCount, long byteCount)
    {
        if (!isLimited) return true;
        lock (guard)
        {
            var now = time.GetTimestamp();
            if (!operations.Has(operationCount, now, time.TimestampFrequency) || !bytes.Has(byteCount, now, time.TimestampFrequency)) return false;
            Take(operationCount, byteCount);
            return true;
        }
    }

    /// <summary>Takes the tokens of a request and returns once it may go. Where the token ends the wait, what was taken is lost.</summary>
    public void Wait(int operationCount, long byteCount, CancellationToken cancel = default)
    {
        if (!isLimited) return;
        lock (guard)
        {
            var due = Take(operationCount, byteCount);
            if (Remaining(due) is var first && first == TimeSpan.Zero) return;
            var began = time.GetTimestamp();
            var registration = cancel.UnsafeRegister(static state => ((Throttle)state!).WakeAll(), this);
            waiting++;
            try
            {
                for (var wait = first; wait > TimeSpan.Zero; wait = Remaining(due))
                {
                    cancel.ThrowIfCancellationRequested();
                    Monitor.Wait(guard, (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue));
                }
            }
            finally
            {
                waiting--;
                waitedTicks += time.GetElapsedTime(began).Ticks;
                registration.Unregister(); // Dispose would wait for WakeAll, which waits for this lock.
            }
        }
    }

    private void WakeAll()
    {
        lock (guard) Monitor.PulseAll(guard);
    }

    private (long Operations, long Bytes) Take(int operationCount, long byteCount)
    {
        var now = time.GetTimestamp();
        return (operations.Take(operationCount, now, time.TimestampFrequency), bytes.Take(byteCount, now, time.TimestampFrequency));
    }

    private TimeSpan Remaining((long Operations, long Bytes) due)
    {
        var now = time.GetTimestamp();
        var ticks = Math.Max(operations.TicksUntil(due.Operations, now, time.TimestampFrequency), bytes.TicksUntil(due.Bytes, now, time.TimestampFrequency));
        return ticks >= TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : new((long)ticks);
    }

    private struct Bucket
    {
        private long rate;
        private long taken;
        private double level;
        private long filledAt;

        private readonly double Size => rate * Burst.TotalSeconds;

        public void SetRate(long perSecond, long now, long frequency)
        {
            Fill(now, frequency);
            var wasLimited = rate != 0;
            rate = perSecond;
            level = wasLimited ? Math.Min(level, Size) : Size;
        }

        /// <summary>Whether a request that took so many could go at once.</summary>
        public bool Has(long count, long now, long frequency)
        {
            if (rate == 0) return true;
            Fill(now, frequency);
            return level >= Math.Min(count, (long)Size);
        }

        /// <summary>Takes tokens; the request may go once the level has come up to what is returned, counted as <see cref="TicksUntil"/> does.</summary>
        public long Take(long count, long now, long frequency)
        {
            if (rate == 0) return taken;
            Fill(now, frequency);
            var due = taken + Math.Min(count, (long)Size);
            taken += count;
            level -= count;
            return due;
        }

        /// <summary>100 ns until the request may go.</summary>
        public double TicksUntil(long due, long now, long frequency)
        {
            if (rate == 0) return 0;
            Fill(now, frequency);
            var missing = due - taken - level;
            return missing <= 0 ? 0 : Math.Ceiling(missing * TimeSpan.TicksPerSecond / rate);
        }

        private void Fill(long now, long frequency)
        {
            level = Math.Min(level + (double)rate * (now - filledAt) / frequency, Size);
            filledAt = now;
        }
    }
}
