using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Ends an upload whose parts have all come. Doing it again is a success.</summary>
[PortalOnly]
public sealed record CompleteDiskUpload(string UploadId) : IOperation<Done>;
