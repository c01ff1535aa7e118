namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Hands the engine's reports on at once and in order, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}

/// <summary>How far a running job is, in memory: written by its work from any thread, read by everybody.</summary>
internal sealed class JobProgress(TimeProvider time)
{
    /// <summary>How quickly the rate follows: what lies this far back counts about a third.</summary>
    private const double RateSeconds = 4;

    private readonly Lock guard = new();
    private long sampleAt = time.GetTimestamp();
    private long sampleBytes = -1;
    private double bytesPerSecond;
    private Sample sample;

    public readonly record struct Sample(long BytesDone, long BytesTotal, long BytesPerSecond)
    {
        public int Percent => BytesTotal <= 0 ? 0 : (int)Math.Min(99, BytesDone * 100.0 / BytesTotal);

        public int? SecondsRemaining => BytesPerSecond <= 0 || BytesTotal <= 0 ? null : (int)Math.Min(int.MaxValue, (BytesTotal - BytesDone) / BytesPerSecond);
    }

    public Sample Now
    {
        get { lock (guard) return sample; }
    }

    public void Report(long bytesDone, long bytesTotal)
    {
        lock (guard)
        {
            var elapsed = time.GetElapsedTime(sampleAt).TotalSeconds;
            if (sampleBytes < 0) (sampleBytes, sampleAt) = (bytesDone, time.GetTimestamp()); // what was done before this attempt is no speed
            else if (elapsed >= 0.25)
            {
                var weight = bytesPerSecond == 0 ? 1 : 1 - Math.Exp(-elapsed / RateSeconds);
                bytesPerSecond += weight * ((bytesDone - sampleBytes) / elapsed - bytesPerSecond);
                (sampleBytes, sampleAt) = (bytesDone, time.GetTimestamp());
            }

            sample = new(bytesDone, bytesTotal, (long)bytesPerSecond);
        }
    }
}
