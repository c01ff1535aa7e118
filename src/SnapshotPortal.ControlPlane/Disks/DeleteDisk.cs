using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Releases a disk: its content is lost, its manual snapshots stay. An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteDisk(string DiskId) : IOperation<Done>;
