namespace SnapshotPortal.Engine.Repositories;

/// <summary>What an upload or restore that is under way keeps from being swept. Guarded by the lock of its <see cref="PackStore"/>.</summary>
internal sealed class ContentLease(Action<ContentLease> end) : IDisposable
{
    private readonly HashSet<string> objects = new(StringComparer.Ordinal);
    private readonly HashSet<StoredPack> packs = [];
    private StoredPack? lastHeld;

    /// <summary>The tree that is read or built upon.</summary>
    public ChunkId TopPage { get; set; }

    /// <summary>The packs of which records were referred to.</summary>
    public IEnumerable<StoredPack> Packs => packs;

    /// <summary>Whether an object was written.</summary>
    public bool Holds(string objectName) => objects.Contains(objectName);

    /// <summary>Whether a record of the pack was referred to.</summary>
    public bool Holds(StoredPack pack) => packs.Contains(pack);

    /// <summary>Keeps an object that is being written.</summary>
    public void Hold(string objectName) => objects.Add(objectName);

    /// <summary>Keeps a pack that is referred to.</summary>
    public void Hold(StoredPack pack)
    {
        // Neighbours mostly stand in the same pack.
        if (pack == lastHeld) return;
        packs.Add(pack);
        lastHeld = pack;
    }

    public void Dispose() => end(this);
}
