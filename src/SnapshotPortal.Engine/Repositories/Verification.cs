namespace SnapshotPortal.Engine.Repositories;

/// <summary>What to verify.</summary>
public sealed record VerifyRequest
{
    /// <summary>The snapshot; null for everything that the repository holds.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>The share of the packs that are read: 1 for all. Manifests and the presence of all that they name are always looked at.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Which packs a share smaller than 1 falls on: another number, other packs.</summary>
    public int Seed { get; init; }
}

/// <summary>How far a verification is.</summary>
/// <param name="DoneBytes">Bytes of objects that were read.</param>
/// <param name="TotalBytes">Bytes that will be read.</param>
public readonly record struct VerifyProgress(long DoneBytes, long TotalBytes);

/// <summary>What a verification found.</summary>
/// <param name="Snapshots">How many snapshots were looked at.</param>
/// <param name="CheckedBytes">The size of the packs that were read.</param>
/// <param name="TotalBytes">The size of all packs that were asked for.</param>
/// <param name="Objects">Objects that are not what they should be.</param>
/// <param name="Damages">What that means for the content of snapshots.</param>
/// <param name="KeyUnavailable">Snapshots of which the key is not at hand: their objects were read, but not what their manifests name.</param>
public sealed record VerifyResult(
    int Snapshots,
    long CheckedBytes,
    long TotalBytes,
    IReadOnlyList<DamagedObject> Objects,
    IReadOnlyList<DamagedRange> Damages,
    IReadOnlyList<string> KeyUnavailable)
{
    /// <summary>Whether nothing was found wrong.</summary>
    public bool IsSound => Objects.Count == 0 && Damages.Count == 0;

    /// <summary>The share of the packs' bytes that was read: 1 for all.</summary>
    public double Coverage => TotalBytes == 0 ? 1 : (double)CheckedBytes / TotalBytes;
}

/// <summary>An object that is not what it should be.</summary>
/// <param name="Name">The object.</param>
/// <param name="Reason">What is wrong with it.</param>
public readonly record struct DamagedObject(string Name, string Reason);

/// <summary>A range of a snapshot that cannot be restored.</summary>
/// <param name="SnapshotId">The snapshot.</param>
/// <param name="OffsetBytes">Where it begins.</param>
/// <param name="LengthBytes">How long it is.</param>
/// <param name="Reason">Why, for its first chunk.</param>
public readonly record struct DamagedRange(string SnapshotId, long OffsetBytes, long LengthBytes, string Reason);
