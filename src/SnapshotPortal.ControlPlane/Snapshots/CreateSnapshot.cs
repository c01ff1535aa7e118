using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Freezes a disk's content now and starts uploading it as a snapshot.</summary>
public sealed record CreateSnapshot(string DiskId) : IOperation<CreateSnapshotResult>, IRepeatableOperation
{
    public string? SnapshotName { get; init; }

    public string? Description { get; init; }

    /// <summary>1–65536 days; kept until deleted where not given.</summary>
    public int? RetentionDays { get; init; }

    /// <summary><c>Standard</c> (also where not given) or <c>Flash</c>.</summary>
    public string? Category { get; init; }

    public bool? InstantAccess { get; init; }

    public int? InstantAccessRetentionDays { get; init; }

    public string? ClientToken { get; init; }
}

/// <summary>The snapshot that is being made.</summary>
/// <param name="SnapshotId">The new snapshot.</param>
/// <param name="JobId">The job that uploads it.</param>
public sealed record CreateSnapshotResult(string SnapshotId, [property: PortalOnly] string JobId);
