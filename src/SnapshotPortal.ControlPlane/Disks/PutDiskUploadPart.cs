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
