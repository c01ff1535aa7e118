namespace SnapshotPortal.Engine.Repositories;

/// <summary>What a repository tells of a snapshot without reading its content.</summary>
public sealed record StoredSnapshotInfo
{
    /// <summary>Its name in the repository.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>The disk that it was taken of.</summary>
    public required string DiskId { get; init; }

    /// <summary>The size of the disk.</summary>
    public required long LengthBytes { get; init; }

    /// <summary>The snapshot that its upload started from; it may be deleted by now. Null for a full one.</summary>
    public required string? PredecessorId { get; init; }

    /// <summary>Whether its upload read everything rather than what differed from a predecessor.</summary>
    public bool IsFull => PredecessorId is null;

    /// <summary>The bytes that its upload read from the disk.</summary>
    public required long ReadBytes { get; init; }

    /// <summary>What it added to the store when it was uploaded: the size by which it is billed.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>The bytes, in whole chunks, that a full restore writes: everything but zeroes.</summary>
    public required long FullBytes { get; init; }

    /// <summary>The key that its content and manifest are encrypted under; null in the clear. The rest of this record is never encrypted.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>When its upload was completed, to the millisecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What was given with the upload.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
}

/// <summary>How much a repository holds: all but roots, keys and its config, which are small.</summary>
/// <param name="Packs">The packs of chunks and of manifest pages.</param>
/// <param name="Bytes">Their size.</param>
public readonly record struct RepositorySize(int Packs, long Bytes);
