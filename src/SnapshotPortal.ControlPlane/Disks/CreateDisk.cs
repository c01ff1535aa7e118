using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Makes a disk in a zone: empty, or with the content of a snapshot.</summary>
public sealed record CreateDisk(string RegionId, string ZoneId) : IOperation<CreateDiskResult>, IRepeatableOperation
{
    public string? DiskName { get; init; }

    public string? Description { get; init; }

    /// <summary>As <c>cloud_essd</c>; <c>cloud</c> where not given.</summary>
    public string? DiskCategory { get; init; }

    /// <summary><c>PL0</c>…<c>PL3</c>, only for <c>cloud_essd</c>; <c>PL1</c> where not given.</summary>
    public string? PerformanceLevel { get; init; }

    /// <summary>In GiB; where a snapshot is given, its size by default.</summary>
    public int? Size { get; init; }

    public string? SnapshotId { get; init; }

    public bool Encrypted { get; init; }

    public string? ClientToken { get; init; }
}

/// <summary>The disk that is being made.</summary>
/// <param name="DiskId">The new disk.</param>
/// <param name="JobId">The job that fills it from its snapshot, where there is one.</param>
public sealed record CreateDiskResult(string DiskId, [property: PortalOnly] string? JobId);
