using System.Buffers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>
/// Writes one part of an upload. The hash is checked before anything is written; on return the part survives a crash.
/// Parts come in any order and may come again.
/// </summary>
/// <param name="UploadId">The upload.</param>
/// <param name="PartNumber">From 1.</param>
/// <param name="Sha256">The SHA-256 of the content in hexadecimal digits.</param>
/// <param name="Content">All bytes of the part; not used after return.</param>
[PortalOnly]
public sealed record PutDiskUploadPart(string UploadId, int PartNumber, string Sha256, ReadOnlyMemory<byte> Content) : IOperation<Done>;

internal sealed class PutDiskUploadPartHandler(PortalDb db, ZonePools pools, UploadTraffic traffic) : IHandler<PutDiskUploadPart, Done>
{
    public async Task<Done> RunAsync(PutDiskUploadPart request, Caller caller, CancellationToken cancel)
    {
        var upload = await db.DiskUploads.AsNoTracking().GetAsync(caller, request.UploadId, cancel);
        Check(request, upload);
        await WriteAsync(request, upload, cancel);

        // Flushed: only now the part counts.
        await using var write = await db.BeginWriteAsync(cancel);
        upload = await db.DiskUploads.GetAsync(caller, request.UploadId, cancel);
        if (upload.Status != DiskUploadStatus.Open) throw new OperationException(DiskErrors.UploadClosed, nameof(request.UploadId));
        upload.Add(request.PartNumber);
        var disk = await db.Disks.GetAsync(caller, upload.DiskId, cancel);
        disk.HasBeenUsed = true;
        db.Announce(disk);
        await write.CommitAsync();
        return Done.Instance;
    }

    private static void Check(PutDiskUploadPart request, DiskUpload upload)
    {
        if (request.PartNumber < 1 || request.PartNumber > upload.PartCount) throw new OperationException(DiskErrors.PartNumberUnknown(upload.PartCount), nameof(request.PartNumber));
        var expected = upload.LengthOf(request.PartNumber);
        if (request.Content.Length != expected) throw new OperationException(DiskErrors.PartLengthWrong(expected, request.Content.Length), nameof(request.Content));
        Span<byte> told = stackalloc byte[SHA256.HashSizeInBytes];
        if (request.Sha256.Length != 2 * told.Length || Convert.FromHexString(request.Sha256, told, out _, out _) != OperationStatus.Done)
            throw new OperationException(DiskErrors.PartHashMalformed, nameof(request.Sha256));
        Span<byte> found = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(request.Content.Span, found);
        if (!found.SequenceEqual(told)) throw new OperationException(DiskErrors.PartHashMismatch, nameof(request.Content));
    }

    private async Task WriteAsync(PutDiskUploadPart request, DiskUpload upload, CancellationToken cancel)
    {
        using var writing = traffic.Enter(upload.DiskId);

        // Looked at once more behind the gate: from here on the next upload of the disk waits for this part.
        if (!await db.DiskUploads.AnyAsync(each => each.Id == upload.Id && each.Status == DiskUploadStatus.Open, cancel))
            throw new OperationException(DiskErrors.UploadClosed, nameof(request.UploadId));
        var disk = pools.BodyOf(await db.Disks.AsNoTracking().SingleAsync(each => each.Id == upload.DiskId, cancel));
        SparseWriter.Write(disk, DiskUpload.OffsetOf(request.PartNumber), request.Content.Span);
        disk.Flush();
    }
}
