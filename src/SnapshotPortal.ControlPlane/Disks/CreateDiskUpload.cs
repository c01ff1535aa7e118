using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Begins to write a raw image over a disk from its first byte on, in parts. One upload at a time per disk.</summary>
[PortalOnly]
public sealed record CreateDiskUpload(string DiskId, long LengthBytes) : IOperation<CreateDiskUploadResult>
{
    public string? FileName { get; init; }

    /// <summary>Anything by which the uploader knows the same file again, at most 128 characters; given back by <see cref="DescribeDiskUpload"/>.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>How to send the parts.</summary>
/// <param name="UploadId">The upload.</param>
/// <param name="PartBytes">The size of every part but the last.</param>
/// <param name="PartCount">How many parts there are; they are numbered from 1.</param>
public sealed record CreateDiskUploadResult(string UploadId, int PartBytes, int PartCount);

internal sealed class CreateDiskUploadHandler(PortalDb db, UploadTraffic traffic, ResourceIds ids, TimeProvider time)
    : IHandler<CreateDiskUpload, CreateDiskUploadResult>
{
    public async Task<CreateDiskUploadResult> RunAsync(CreateDiskUpload request, Caller caller, CancellationToken cancel)
    {
        if (request.FileName is { Length: > 255 } || request.Fingerprint is { Length: > 128 }) throw new OperationException(DiskErrors.UploadTextTooLong);
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        if (request.LengthBytes < 1) throw new OperationException(DiskErrors.UploadEmpty, nameof(request.LengthBytes));
        if (request.LengthBytes > disk.LengthBytes) throw new OperationException(DiskErrors.UploadTooLarge(request.LengthBytes, disk.LengthBytes), nameof(request.LengthBytes));
        if (disk.InstanceId is not null) throw new OperationException(DiskErrors.AttachedUpload, nameof(request.DiskId));
        if (disk.Status != DiskStatus.Available) throw new OperationException(DiskErrors.BeingMade, nameof(request.DiskId));
        await db.RequireNoUploadAsync(disk.Id, cancel);
        await traffic.IdleAsync(disk.Id); // short: the parts of earlier uploads write without the database

        var parts = (int)((request.LengthBytes + DiskUpload.PartBytes - 1) / DiskUpload.PartBytes);
        var upload = new DiskUpload
        {
            Id = ids.New("u"),
            AccountId = disk.AccountId,
            DiskId = disk.Id,
            ZoneId = disk.ZoneId,
            FileName = request.FileName,
            Fingerprint = request.Fingerprint,
            LengthBytes = request.LengthBytes,
            CreatedAt = time.GetUtcNow(),
            Status = DiskUploadStatus.Open,
            PartsDone = new byte[(parts + 7) / 8],
        };
        db.DiskUploads.Add(upload);
        db.Announce(disk);
        return new(upload.Id, DiskUpload.PartBytes, parts);
    }
}
