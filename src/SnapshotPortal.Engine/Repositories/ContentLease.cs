namespace SnapshotPortal.Engine.Repositories;

/// <summary>What an upload or restore that is under way keeps from being swept. Guarded by the lock of its <see cref="PackStore"/>.</summary>
internal sealed class ContentLease(Action<ContentLease> end) : IDisposable
{
    private readonly HashSet<string> objects = new(StringComparer.Ordinal);
    private string? lastHeld;

    /// <summary>The tree that is read or built upon.</summary>
    public ChunkId TopPage { get; set; }

    /// <summary>Whether a pack was referred to or written.</summary>
    public bool Holds(string objectName) => objects.Contains(objectName);

    public void Hold(string objectName)
    {
        // Neighbours mostly stand in the same pack.
        if (ReferenceEquals(lastHeld, objectName)) return;
        objects.Add(objectName);
        lastHeld = objectName;
    }

    public void Dispose() => end(this);
}
