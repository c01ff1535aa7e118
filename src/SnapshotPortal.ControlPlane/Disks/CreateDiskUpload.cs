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
