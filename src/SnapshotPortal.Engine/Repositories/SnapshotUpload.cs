namespace SnapshotPortal.Engine.Repositories;

/// <summary>A snapshot to be stored.</summary>
public sealed record SnapshotUpload
{
    /// <summary>Names the snapshot in the repository: 1–64 characters of <c>a–z 0–9 . _ -</c>.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>The disk that it was taken of, 1–64 bytes of UTF-8.</summary>
    public required string DiskId { get; init; }

    /// <summary>The content. It must not change until the upload has ended.</summary>
    public required IBlockDevice Source { get; init; }

    /// <summary>
    /// What differs from the predecessor, or, without a predecessor, everything that is not zeroes: ranges inside the
    /// source, ascending, not overlapping. <see cref="ExtentKind.Data"/> is read; the other kinds are taken for zeroes
    /// unread. Enumerated twice: first to check and sum, then to read.
    /// </summary>
    public required IEnumerable<Extent> Changed { get; init; }

    /// <summary>The stored snapshot that holds everything outside <see cref="Changed"/>; null for a full upload.</summary>
    public string? PredecessorId { get; init; }

    /// <summary>The key to encrypt under, which is also that of the predecessor; null to store in the clear.</summary>
    public Crypto.DataKey? Key { get; init; }

    /// <summary>Kept with the snapshot: at most 64, keys of at most 128 and values of at most 512 bytes of UTF-8.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A snapshot to be copied to another repository.</summary>
public sealed record SnapshotCopy
{
    /// <summary>The snapshot here.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>Its id there; null for the same.</summary>
    public string? TargetSnapshotId { get; init; }

    /// <summary>An older snapshot of the same disk here, and its copy there; null for the snapshot's own predecessor, which then has the same id in both.</summary>
    public (string Here, string There)? PredecessorId { get; init; }

    /// <summary>The key to encrypt the copy under; null for a copy in the clear.</summary>
    public Crypto.DataKey? Key { get; init; }

    /// <summary>What is kept with the copy; null for what is kept with the snapshot.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>How far an upload is.</summary>
/// <param name="DoneBytes">Bytes of the source that are dealt with.</param>
/// <param name="TotalBytes">Bytes of the source that will be read.</param>
/// <param name="StoredBytes">Bytes added to the store so far.</param>
public readonly record struct UploadProgress(long DoneBytes, long TotalBytes, long StoredBytes);

/// <summary>How far a restore is.</summary>
/// <param name="DoneBytes">Bytes written to the target.</param>
/// <param name="TotalBytes">Bytes that will be written to it.</param>
public readonly record struct RestoreProgress(long DoneBytes, long TotalBytes);
