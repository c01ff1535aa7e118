using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Opens a disk's content of this moment for reading, whatever is written meanwhile. Dispose the result.</summary>
[PortalOnly]
public sealed record OpenDiskContent(string DiskId) : IOperation<OpenContent>;
