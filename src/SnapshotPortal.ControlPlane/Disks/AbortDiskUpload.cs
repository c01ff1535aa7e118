using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Gives an upload up; the parts that have come stay in the disk. Doing it again is a success.</summary>
[PortalOnly]
public sealed record AbortDiskUpload(string UploadId) : IOperation<Done>;
