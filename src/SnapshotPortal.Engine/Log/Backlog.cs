namespace SnapshotPortal.Engine.Log;

/// <summary>
/// Something that gathers until a checkpoint takes it off: log that an opening would replay, map pages that are not stored.
/// Changed by the log's leader; any thread may look.
/// </summary>
/// <remarks>A checkpoint begins early enough that there is room for what comes while it runs.</remarks>
/// <param name="due">How much lets the next checkpoint begin.</param>
/// <param name="max">How much lets writers wait for it.</param>
internal sealed class Backlog(long due, long max)
{
    private long sinceBegin;
    private long before;

    /// <summary>What has gathered since the place of the last complete checkpoint.</summary>
    public long Total => Volatile.Read(ref before) + Volatile.Read(ref sinceBegin);

    /// <summary>Whether it is time for the next checkpoint to begin.</summary>
    public bool WantsCheckpoint => Volatile.Read(ref sinceBegin) >= due;

    /// <summary>Whether no more should come until a checkpoint is complete.</summary>
    public bool IsFull => Total >= max;

    public void Add(long amount) => Volatile.Write(ref sinceBegin, sinceBegin + amount);

    /// <summary>A checkpoint begins. The leader.</summary>
    public void BeginCheckpoint()
    {
        Volatile.Write(ref before, before + sinceBegin);
        Volatile.Write(ref sinceBegin, 0);
    }

    /// <summary>The checkpoint that began last is complete.</summary>
    public void CompleteCheckpoint() => Volatile.Write(ref before, 0);
}
