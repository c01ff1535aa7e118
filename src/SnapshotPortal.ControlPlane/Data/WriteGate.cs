namespace SnapshotPortal.ControlPlane.Data;

/// <summary>
/// Lets one writer at a time to the database. SQLite has one writer anyway, but its own waiting blocks a thread and polls;
/// here writers queue without either. Other processes (backup tools) still meet SQLite's busy timeout.
/// </summary>
internal sealed class WriteGate : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);

    private long commits;

    /// <summary>How many writes have been committed: what was read at the same number is still true.</summary>
    public long Commits => Volatile.Read(ref commits);

    public void NoteCommit() => Interlocked.Increment(ref commits);

    public Task EnterAsync(CancellationToken cancel) => gate.WaitAsync(cancel);

    public void Leave() => gate.Release();

    public void Dispose() => gate.Dispose();
}
