using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The snapshots of the caller's account, newest first. Filters are ANDed.</summary>
public sealed record DescribeSnapshots : IOperation<DescribeSnapshotsResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? DiskId { get; init; }

    public IReadOnlyList<string>? SnapshotIds { get; init; }

    public string? SnapshotName { get; init; }

    /// <summary><c>auto</c>, <c>user</c> or <c>all</c>.</summary>
    public string? SnapshotType { get; init; }

    /// <summary><c>progressing</c>, <c>accomplished</c>, <c>failed</c> or <c>all</c>.</summary>
    public string? Status { get; init; }

    public string? Category { get; init; }

    /// <summary><c>disk</c>, <c>image</c>, <c>image_disk</c> or <c>none</c>.</summary>
    public string? Usage { get; init; }

    public string? SourceDiskType { get; init; }

    public bool? Encrypted { get; init; }

    public bool DryRun { get; init; }

    /// <summary>A part of the id or name, or of the id of the disk.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    [PortalOnly]
    public SnapshotOrder Order { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>How a page sorts snapshots.</summary>
public enum SnapshotOrder
{
    Newest,
    Oldest,
    Name,
    NameDescending,
    StoredBytes,
    StoredBytesDescending,
}

public sealed record DescribeSnapshotsResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<SnapshotInfo> Snapshots);

/// <summary>A snapshot as callers see it; names and values as ECS has them.</summary>
public sealed record SnapshotInfo
{
    public required string SnapshotId { get; init; }
    public required string SnapshotName { get; init; }
    public required string Description { get; init; }
    public required string RegionId { get; init; }

    /// <summary><c>progressing</c>, <c>accomplished</c> or <c>failed</c>; see <see cref="SnapshotStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary><c>0%</c>…<c>100%</c>.</summary>
    public required string Progress { get; init; }

    /// <summary>Seconds, estimated.</summary>
    public required int RemainTime { get; init; }
    public required bool Available { get; init; }
    public required string SnapshotType { get; init; }
    public required string Category { get; init; }
    public required bool InstantAccess { get; init; }
    public required int? RetentionDays { get; init; }
    public required string SourceDiskId { get; init; }

    /// <summary>GiB, as text.</summary>
    public required string SourceDiskSize { get; init; }
    public required string SourceDiskType { get; init; }
    public required string Usage { get; init; }
    public required string SnapshotLinkId { get; init; }
    public required string SnapshotSN { get; init; }
    public required bool Encrypted { get; init; }

    /// <summary>The data that a full restore holds; null until accomplished.</summary>
    public required long? FullSnapshotSizeInBytes { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset LastModifiedTime { get; init; }

    /// <summary>What this snapshot added to the store; null until accomplished.</summary>
    [PortalOnly]
    public required long? StoredBytes { get; init; }

    /// <summary>Whether everything was read, not only what had changed since the one before; null until accomplished.</summary>
    [PortalOnly]
    public required bool? IsFull { get; init; }

    /// <summary>The name of its disk, where that still exists.</summary>
    [PortalOnly]
    public required string? SourceDiskName { get; init; }

    /// <summary>The size of the disk when it was frozen.</summary>
    [PortalOnly]
    public required long LengthBytes { get; init; }

    /// <summary>The job that uploads or deletes it; the last one.</summary>
    [PortalOnly]
    public required string? JobId { get; init; }

    /// <summary>Why it failed.</summary>
    [PortalOnly]
    public required string? ErrorMessage { get; init; }

    /// <summary>How many existing disks were made from it.</summary>
    [PortalOnly]
    public required int CreatedDiskCount { get; init; }
}

/// <summary>The states of a snapshot (SPEC 2.4.1).</summary>
public static class SnapshotStatus
{
    public const string Progressing = "progressing";
    public const string Accomplished = "accomplished";
    public const string Failed = "failed";
}
