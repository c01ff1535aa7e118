using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Ends an upload whose parts have all come. Doing it again is a success.</summary>
[PortalOnly]
public sealed record CompleteDiskUpload(string UploadId) : IOperation<Done>;

internal sealed class CompleteDiskUploadHandler(PortalDb db) : IHandler<CompleteDiskUpload, Done>
{
    public async Task<Done> RunAsync(CompleteDiskUpload request, Caller caller, CancellationToken cancel)
    {
        var upload = await db.DiskUploads.GetAsync(caller, request.UploadId, cancel);
        if (upload.Status == DiskUploadStatus.Completed) return Done.Instance;
        if (upload.Status != DiskUploadStatus.Open) throw new OperationException(DiskErrors.UploadClosed, nameof(request.UploadId));
        if (upload.MissingParts().Count() is > 0 and var missing) throw new OperationException(DiskErrors.PartsMissing(missing), nameof(request.UploadId));
        upload.Status = DiskUploadStatus.Completed;
        db.Announce(await db.Disks.GetAsync(caller, upload.DiskId, cancel));
        return Done.Instance;
    }
}
