using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>What several operations on disks check alike.</summary>
internal static class DiskRules
{
    public static void RequireName(string? name)
    {
        if (name is { Length: > 0 } && !Names.IsResourceName(name)) throw new OperationException(DiskErrors.NameMalformed, "DiskName");
    }

    /// <summary>A description, where there is one, has to keep the rules.</summary>
    /// <param name="description">Empty is none.</param>
    /// <param name="httpStatus">ECS gives this code another status in each action.</param>
    public static void RequireDescription(string? description, int httpStatus)
    {
        if (description is { Length: > 0 } && !Names.IsDescription(description))
            throw new OperationException(DiskErrors.DescriptionMalformed with { HttpStatus = httpStatus }, "Description");
    }

    public static DiskSizeRange RequireCategory(string? category, string? level)
    {
        category = string.IsNullOrEmpty(category) ? DiskCategories.ByDefault : category;
        if (category != DiskCategories.Essd)
        {
            // ECS's own clients send the default level along with every category.
            if (level is { Length: > 0 } and not DiskCategories.LevelByDefault) throw new OperationException(DiskErrors.LevelNotForCategory, "PerformanceLevel");
            return DiskCategories.Find(category, null) ?? throw new OperationException(DiskErrors.CategoryUnknown, "DiskCategory");
        }

        return DiskCategories.Find(category, string.IsNullOrEmpty(level) ? DiskCategories.LevelByDefault : level)
            ?? throw new OperationException(DiskErrors.LevelUnknown, "PerformanceLevel");
    }

    public static void RequireProvisionedIops(string category, int? iops, int sizeGiB)
    {
        if (iops is null) return;
        if (category != DiskCategories.AutoPl) throw new OperationException(DiskErrors.ProvisionedIopsNotForCategory, "ProvisionedIops");
        var max = DiskCategories.ProvisionedIopsMax(sizeGiB);
        if (iops < 0 || iops > max) throw new OperationException(DiskErrors.ProvisionedIopsTooMany(max), "ProvisionedIops");
    }

    /// <summary>No image may be on its way into the disk.</summary>
    public static async Task RequireNoUploadAsync(this PortalDb db, string diskId, CancellationToken cancel)
    {
        if (await db.DiskUploads.AnyAsync(upload => upload.DiskId == diskId && upload.Status == DiskUploadStatus.Open, cancel))
            throw new OperationException(DiskErrors.Uploading, "DiskId");
    }

    /// <summary>Nothing may use the disk while its content is exchanged (SPEC 4.2).</summary>
    /// <param name="db">The database.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="unfinished">ECS has several codes for a snapshot that is in the making.</param>
    /// <param name="cancel">Ends the questions.</param>
    public static async Task RequireAtRestAsync(this PortalDb db, Disk disk, OperationError unfinished, CancellationToken cancel)
    {
        if (disk.Status is not (DiskStatus.Available or DiskStatus.InUse)) throw new OperationException(DiskErrors.IncorrectStatus, "DiskId");
        await db.RequireStoppedAsync(disk, cancel);
        await db.RequireNoUploadAsync(disk.Id, cancel);
        await db.RequireNoSnapshotInProgressAsync(disk.Id, cancel, unfinished);
    }

    /// <summary>No snapshot of the disk may be in the making.</summary>
    public static async Task RequireNoSnapshotInProgressAsync(this PortalDb db, string diskId, CancellationToken cancel, OperationError? refusal = null)
    {
        if (await db.Snapshots.AnyAsync(snapshot => snapshot.SourceDiskId == diskId && !snapshot.IsDeleted && snapshot.Status == SnapshotStatus.Progressing, cancel))
            throw new OperationException(refusal ?? DiskErrors.CreatingSnapshot, "DiskId");
    }
}
