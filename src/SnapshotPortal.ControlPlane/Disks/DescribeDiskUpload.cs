using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>How far an upload is; by its id.</summary>
[PortalOnly]
public sealed record DescribeDiskUpload(string UploadId) : IOperation<DiskUploadInfo>;

/// <summary>An upload and how far it is.</summary>
/// <param name="UploadId">The upload.</param>
/// <param name="DiskId">The disk that it fills.</param>
/// <param name="FileName">The file's name, where the uploader told it.</param>
/// <param name="Fingerprint">As given to <see cref="CreateDiskUpload"/>.</param>
/// <param name="LengthBytes">The size of the image.</param>
/// <param name="PartBytes">The size of every part but the last.</param>
/// <param name="PartCount">How many parts there are.</param>
/// <param name="BytesDone">How much is safely in the disk.</param>
/// <param name="MissingParts">The numbers of the parts that are still to come, ascending.</param>
/// <param name="Status">Whether it goes on.</param>
/// <param name="CreationTime">When it began.</param>
public sealed record DiskUploadInfo(
    string UploadId, string DiskId, string? FileName, string? Fingerprint, long LengthBytes, int PartBytes, int PartCount, long BytesDone,
    IReadOnlyList<int> MissingParts, DiskUploadStatus Status, DateTimeOffset CreationTime);

/// <summary>The states of an upload.</summary>
public enum DiskUploadStatus
{
    /// <summary>Parts can come.</summary>
    Open,

    /// <summary>All parts are in the disk.</summary>
    Completed,

    /// <summary>Given up; what had come stays in the disk.</summary>
    Aborted,
}

internal sealed class DescribeDiskUploadHandler(PortalDb db) : IHandler<DescribeDiskUpload, DiskUploadInfo>
{
    public async Task<DiskUploadInfo> RunAsync(DescribeDiskUpload request, Caller caller, CancellationToken cancel)
    {
        var upload = await db.DiskUploads.AsNoTracking().GetAsync(caller, request.UploadId, cancel);
        return new(
            upload.Id, upload.DiskId, upload.FileName, upload.Fingerprint, upload.LengthBytes, DiskUpload.PartBytes, upload.PartCount, upload.BytesDone,
            [.. upload.MissingParts()], upload.Status, upload.CreatedAt);
    }
}
