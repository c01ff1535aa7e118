using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Opens an accomplished snapshot for reading. Dispose the result.</summary>
[PortalOnly]
public sealed record OpenSnapshotContent(string SnapshotId) : IOperation<OpenContent>;
