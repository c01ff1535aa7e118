namespace SnapshotPortal.Engine.Repositories;

/// <summary>What takes up the store of a repository, in bytes. The parts are disjoint; <see cref="TotalBytes"/> is their sum.</summary>
public sealed record RepositorySpace
{
    /// <summary>
    /// Of each snapshot its root, and every record (chunk or manifest page, as it is stored) that it refers to and no older snapshot
    /// does. So what several share is the oldest one's, and passes to the next when that is deleted. Oldest first.
    /// </summary>
    public required IReadOnlyList<SnapshotSpace> Snapshots { get; init; }

    /// <summary>What belongs to no snapshot: the configuration, wrapped keys, what explains the packs, uploads under way, what is not swept yet, what cannot be read.</summary>
    public required long OtherBytes { get; init; }

    /// <summary>All objects of the store.</summary>
    public long TotalBytes => Snapshots.Sum(snapshot => snapshot.Bytes) + OtherBytes;
}

/// <summary>What one snapshot has of the store.</summary>
/// <param name="SnapshotId">Its name in the repository.</param>
/// <param name="Bytes">Its own part.</param>
public readonly record struct SnapshotSpace(string SnapshotId, long Bytes);
