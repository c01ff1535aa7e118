namespace SnapshotPortal.Engine.Repositories;

/// <summary>How a repository works. The defaults suit two cores and a small server.</summary>
public sealed record RepositoryOptions
{
    /// <summary>Tells when snapshots are stored.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Draws the id of a new repository; seeded in simulations.</summary>
    public Func<Guid> NewId { get; init; } = Guid.CreateVersion7;

    /// <summary>Unwraps the keys of encrypted snapshots; null where there are none, or where they are only listed, checked for damage and deleted.</summary>
    public Crypto.KeyRing? Keys { get; init; }

    /// <summary>How many threads hash and compress for one upload, or check and decompress for one restore.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>The memory for the content that one upload or restore has under way.</summary>
    public long MemoryBytes { get; init; } = 128L << 20;

    /// <summary>The zstd level: 1 is fastest, 3 stores about an eighth less.</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary>How many bytes of stored content close a pack. Tests make it small.</summary>
    public int PackBytes { get; init; } = 16 << 20;
}
