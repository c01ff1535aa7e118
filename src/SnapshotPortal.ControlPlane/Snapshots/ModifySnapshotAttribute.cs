using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Changes what people call a snapshot, or keeps it longer; null leaves a member as it is.</summary>
public sealed record ModifySnapshotAttribute(string SnapshotId) : IOperation<Done>
{
    public string? SnapshotName { get; init; }

    public string? Description { get; init; }

    /// <summary>Counted from creation; it may only grow.</summary>
    public int? RetentionDays { get; init; }
}
