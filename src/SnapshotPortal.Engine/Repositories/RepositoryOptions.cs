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

    /// <summary>
    /// The share of new packs that are read back and hashed before their snapshot exists: 1 for all. Of the others only
    /// the size is looked at; what a store garbles then shows in a verification or a restore.
    /// </summary>
    public double ReadBackShare { get; init; } = 1;

    /// <summary>Caps what uploads add to the store; null for no cap.</summary>
    public ByteRate? UploadRate { get; init; }

    /// <summary>
    /// Where the index of the records is kept, in <see cref="IndexDirectory"/>, which belongs to this repository and this process
    /// alone: memory then does not grow with the repository, and a start reads no packs. Null to keep it in memory: 100 bytes a chunk.
    /// </summary>
    public Files.IFileSystem? IndexFiles { get; init; }

    /// <summary>The directory for the index. What is in it is derived and may be deleted while nobody has it open.</summary>
    public string IndexDirectory { get; init; } = "";

    /// <summary>The share of a pack that nothing may refer to before a sweep rewrites what is left of it.</summary>
    public double RepackDeadShare { get; init; } = 0.5;

    /// <summary>How many threads hash and compress for one upload, or check and decompress for one restore.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>The memory for the content that one upload or restore has under way.</summary>
    public long MemoryBytes { get; init; } = 128L << 20;

    /// <summary>The zstd level: 1 is fastest, 3 stores about an eighth less.</summary>
    public int CompressionLevel { get; init; } = 3;

    /// <summary>How many bytes of stored content close a pack. Tests make it small.</summary>
    public int PackBytes { get; init; } = 16 << 20;
}
