using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Gives an upload up; the parts that have come stay in the disk. Doing it again is a success.</summary>
[PortalOnly]
public sealed record AbortDiskUpload(string UploadId) : IOperation<Done>;

internal sealed class AbortDiskUploadHandler(PortalDb db) : IHandler<AbortDiskUpload, Done>
{
    public async Task<Done> RunAsync(AbortDiskUpload request, Caller caller, CancellationToken cancel)
    {
        var upload = await db.DiskUploads.GetAsync(caller, request.UploadId, cancel);
        if (upload.Status == DiskUploadStatus.Aborted) return Done.Instance;
        if (upload.Status != DiskUploadStatus.Open) throw new OperationException(DiskErrors.UploadClosed, nameof(request.UploadId));
        upload.Status = DiskUploadStatus.Aborted;
        db.Announce(await db.Disks.GetAsync(caller, upload.DiskId, cancel));
        return Done.Instance;
    }
}
