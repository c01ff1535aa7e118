using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The disks of the caller's account, newest first. Filters are ANDed.</summary>
public sealed record DescribeDisks : IOperation<DescribeDisksResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? ZoneId { get; init; }

    public IReadOnlyList<string>? DiskIds { get; init; }

    public string? DiskName { get; init; }

    public string? Category { get; init; }

    public string? DiskType { get; init; }

    public string? Status { get; init; }

    public string? SnapshotId { get; init; }

    public bool? Encrypted { get; init; }

    public bool DryRun { get; init; }

    /// <summary>A part of the id or name.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    [PortalOnly]
    public DiskOrder Order { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>How a page sorts disks.</summary>
public enum DiskOrder
{
    Newest,
    Oldest,
    Name,
    NameDescending,
    Size,
    SizeDescending,
}

public sealed record DescribeDisksResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<DiskInfo> Disks);

/// <summary>A disk as callers see it; names and values as ECS has them. Size in GiB.</summary>
public sealed record DiskInfo
{
    public required string DiskId { get; init; }
    public required string DiskName { get; init; }
    public required string Description { get; init; }
    public required string RegionId { get; init; }
    public required string ZoneId { get; init; }
    public required int Size { get; init; }
    public required string Category { get; init; }
    public required string? PerformanceLevel { get; init; }
    public required string Type { get; init; }

    /// <summary><c>Creating</c>, <c>Available</c>, <c>In_use</c>, …; see <see cref="DiskStatus"/>.</summary>
    public required string Status { get; init; }
    public required bool Encrypted { get; init; }
    public required bool Portable { get; init; }
    public required bool DeleteAutoSnapshot { get; init; }
    public required bool DeleteWithInstance { get; init; }
    public required bool EnableAutoSnapshot { get; init; }
    public required string SourceSnapshotId { get; init; }
    public required string SerialNumber { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required int IOPS { get; init; }
    public required int Throughput { get; init; }

    /// <summary>Size in bytes.</summary>
    [PortalOnly]
    public required long LengthBytes { get; init; }

    /// <summary>The job that makes the disk or failed to, while its status is Creating.</summary>
    [PortalOnly]
    public required string? JobId { get; init; }

    /// <summary>0–100 while the disk is being made.</summary>
    [PortalOnly]
    public required int? Progress { get; init; }

    /// <summary>The upload that is going on, where there is one.</summary>
    [PortalOnly]
    public required string? UploadId { get; init; }

    /// <summary>Whether it can be snapshotted: it was attached, filled by an upload or made from a snapshot.</summary>
    [PortalOnly]
    public required bool HasBeenUsed { get; init; }

    /// <summary>How many snapshots of it exist.</summary>
    [PortalOnly]
    public required int SnapshotCount { get; init; }

    /// <summary>How many of those are still being uploaded.</summary>
    [PortalOnly]
    public required int SnapshotsInProgress { get; init; }
}

/// <summary>The states of a disk (SPEC 2.3).</summary>
public static class DiskStatus
{
    public const string Creating = "Creating";
    public const string Available = "Available";
    public const string Attaching = "Attaching";
    public const string InUse = "In_use";
    public const string Detaching = "Detaching";
    public const string ReIniting = "ReIniting";
}
