using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Deletes a snapshot, or cancels one in progress. An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteSnapshot(string SnapshotId) : IOperation<Done>
{
    /// <summary>Also where disks were made from it; they keep their data.</summary>
    public bool Force { get; init; }
}
