using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Changes a disk's category, performance level or provisioned requests per second; null leaves what it is. Its content stays where it is.</summary>
public sealed record ModifyDiskSpec(string DiskId) : IOperation<ModifyDiskSpecResult>
{
    public string? DiskCategory { get; init; }

    public string? PerformanceLevel { get; init; }

    /// <summary>Only for <c>cloud_auto</c>.</summary>
    public int? ProvisionedIops { get; init; }

    public bool DryRun { get; init; }
}

/// <summary>What was begun.</summary>
/// <param name="TaskId">The job that has the new limits hold.</param>
public sealed record ModifyDiskSpecResult(string TaskId);

internal sealed class ModifyDiskSpecHandler(PortalDb db, JobQueue jobs) : IHandler<ModifyDiskSpec, ModifyDiskSpecResult>
{
    public async Task<ModifyDiskSpecResult> RunAsync(ModifyDiskSpec request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        var range = RangeOf(request, disk);
        var iops = range.Category == DiskCategories.AutoPl ? request.ProvisionedIops ?? disk.ProvisionedIops : request.ProvisionedIops;
        DiskRules.RequireProvisionedIops(range.Category, iops, disk.SizeGiB);
        if ((range.Category, range.PerformanceLevel, iops ?? 0) == (disk.Category, disk.PerformanceLevel, disk.ProvisionedIops ?? 0)) throw new OperationException(DiskErrors.NoChange);
        if (disk.Status is not (DiskStatus.Available or DiskStatus.InUse)) throw new OperationException(DiskErrors.BeingMade, nameof(request.DiskId));
        await db.RequireNoSnapshotInProgressAsync(disk.Id, cancel);
        if (await db.Snapshots.AnyAsync(snapshot => snapshot.SourceDiskId == disk.Id && snapshot.IsLocal && !snapshot.IsDeleted, cancel)) throw new OperationException(DiskErrors.HasLocalSnapshots, nameof(request.DiskId));
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);

        (disk.Category, disk.PerformanceLevel, disk.ProvisionedIops) = (range.Category, range.PerformanceLevel, iops);
        return new(jobs.Add(db, JobKind.ModifyDiskSpec, disk.AccountId, disk.Id, disk.Name, lane: null).Id);
    }

    private static DiskSizeRange RangeOf(ModifyDiskSpec request, Disk disk)
    {
        var category = string.IsNullOrEmpty(request.DiskCategory) ? disk.Category : request.DiskCategory;
        if (category != disk.Category && !DiskCategories.IsChangeTarget(category))
            throw new OperationException(DiskErrors.CategoryNotToChangeTo, nameof(request.DiskCategory));
        var level = string.IsNullOrEmpty(request.PerformanceLevel) ? null : request.PerformanceLevel;
        if (category == DiskCategories.Essd) level ??= disk.Category == DiskCategories.Essd ? disk.PerformanceLevel : DiskCategories.LevelByDefault;
        else if (level is null or DiskCategories.LevelByDefault) level = null; // ECS's own clients send the default level along with every category
        else throw new OperationException(DiskErrors.LevelMismatch, nameof(request.PerformanceLevel));

        var range = DiskCategories.Find(category, level) ?? throw new OperationException(DiskErrors.LevelUnknown, nameof(request.PerformanceLevel));
        return disk.SizeGiB >= range.SizeMin && disk.SizeGiB <= range.SizeMax
            ? range
            : throw new OperationException(DiskErrors.SizeNotForLevel(range.SizeMin, range.SizeMax, range.CommonName), nameof(request.PerformanceLevel));
    }
}
