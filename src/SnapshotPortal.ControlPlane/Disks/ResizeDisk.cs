using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Enlarges a disk; what is new reads as zeroes. The file system on it is not enlarged, and a machine sees the new size once it connects anew.</summary>
public sealed record ResizeDisk(string DiskId, int NewSize) : IOperation<ResizeDiskResult>, IRepeatableOperation
{
    /// <summary><c>offline</c> (also where not given) or <c>online</c>: here both hold at once.</summary>
    public string? Type { get; init; }

    public string? ClientToken { get; init; }
}

/// <summary>The answer of ECS has an order; here nothing is ordered.</summary>
public sealed record ResizeDiskResult(string OrderId);

internal sealed class ResizeDiskHandler(PortalDb db, ZonePools pools, DiskLimits limits) : IHandler<ResizeDisk, ResizeDiskResult>
{
    public async Task<ResizeDiskResult> RunAsync(ResizeDisk request, Caller caller, CancellationToken cancel)
    {
        if (request.Type is { Length: > 0 } and not ("offline" or "online")) throw new OperationException(DiskErrors.ResizeTypeUnknown, nameof(request.Type));
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        if (disk.Status is not (DiskStatus.Available or DiskStatus.InUse)) throw new OperationException(DiskErrors.IncorrectStatus, nameof(request.DiskId));
        if (request.NewSize <= disk.SizeGiB) throw new OperationException(DiskErrors.NotLarger(disk.SizeGiB), nameof(request.NewSize));
        if (DiskCategories.Find(disk.Category, disk.PerformanceLevel) is { } range && request.NewSize > range.SizeMax)
            throw new OperationException(DiskErrors.TooLarge(range.SizeMax, range.CommonName), nameof(request.NewSize));
        await db.RequireNoUploadAsync(disk.Id, cancel);
        await db.RequireNoSnapshotInProgressAsync(disk.Id, cancel);

        // The pool's part comes before the commit: when it is refused nothing has happened, and after a kill in between the start takes it over into the row.
        disk.SizeGiB = request.NewSize;
        pools[disk.ZoneId].ResizeDisk(disk.BodyName, disk.LengthBytes);
        limits.Apply(disk);
        return new("");
    }
}
