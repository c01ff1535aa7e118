using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Freezes a disk's content now. A normal snapshot is then uploaded; a local one stays in the zone's pool and is done.</summary>
public sealed record CreateSnapshot(string DiskId) : IOperation<CreateSnapshotResult>, IRepeatableOperation
{
    public string? SnapshotName { get; init; }

    public string? Description { get; init; }

    /// <summary>1–65536 days; kept until deleted where not given.</summary>
    public int? RetentionDays { get; init; }

    /// <summary><c>Standard</c> (also where not given) or <c>Flash</c>: a local snapshot.</summary>
    public string? Category { get; init; }

    /// <summary>True: a local snapshot, as <c>Flash</c>.</summary>
    public bool? InstantAccess { get; init; }

    /// <summary>After 1–65535 days the local snapshot becomes a normal one.</summary>
    public int? InstantAccessRetentionDays { get; init; }

    public string? ClientToken { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    /// <summary>The policy that takes it, where one does: it is automatic then, and the quota of manual ones is not its own.</summary>
    internal string? PolicyId { get; init; }
}

/// <summary>The snapshot that is being made.</summary>
/// <param name="SnapshotId">The new snapshot.</param>
/// <param name="JobId">The job that uploads it; null for a local one.</param>
public sealed record CreateSnapshotResult(string SnapshotId, [property: PortalOnly] string? JobId);

internal sealed class CreateSnapshotHandler(PortalDb db, AccountQuotas quotas, ZonePools pools, JobQueue jobs, ResourceIds ids, TimeProvider time)
    : IHandler<CreateSnapshot, CreateSnapshotResult>
{
    public async Task<CreateSnapshotResult> RunAsync(CreateSnapshot request, Caller caller, CancellationToken cancel)
    {
        Check(request);
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        var isLocal = IsLocal(request);
        if (isLocal && (disk.Category != DiskCategories.Essd || disk.KeyId is not null)) throw new OperationException(SnapshotErrors.LocalNotForCategory, nameof(request.Category));
        if (disk.Status is not (DiskStatus.Available or DiskStatus.InUse)) throw new OperationException(SnapshotErrors.DiskStatus, nameof(request.DiskId));
        if (!disk.HasBeenUsed) throw new OperationException(SnapshotErrors.NeverUsed, nameof(request.DiskId));
        await (isLocal ? RequireLocalRoomAsync(disk, cancel) : RequireRoomAsync(disk, request.PolicyId is not null, cancel));

        // Frozen before the commit: the point in time is now, a refusal of the pool undoes the row, and after a kill in
        // between the start lets go what no row names. So a snapshot never exists without its content.
        var id = ids.New("s");
        db.AddTags(disk.AccountId, TaggedResources.Snapshot, id, request.Tag);
        var pool = pools[disk.ZoneId];
        var frozen = pool.TakeSnapshot(disk.BodyName, id);
        pool.Flush();
        var now = time.GetUtcNow();
        var job = isLocal ? null : jobs.Add(db, JobKind.UploadSnapshot, disk.AccountId, id, request.SnapshotName ?? "", UploadSnapshot.LaneOf(disk.Id));
        db.Snapshots.Add(new()
        {
            Id = id,
            AccountId = disk.AccountId,
            RegionId = disk.RegionId,
            ZoneId = disk.ZoneId,
            Name = request.SnapshotName ?? "",
            Description = request.Description ?? "",
            SourceDiskId = disk.Id,
            SourceDiskCategory = disk.Category,
            SourceDiskSizeGiB = disk.SizeGiB,
            SourceDiskIsSystem = disk.IsSystem,
            LinkId = isLocal ? disk.LocalLinkId ??= ids.New("sl") : disk.SnapshotLinkId ??= ids.New("sl"),
            IsLocal = isLocal,
            InstantAccessRetentionDays = request.InstantAccessRetentionDays,
            Status = isLocal ? SnapshotStatus.Accomplished : SnapshotStatus.Progressing,
            CreatedAt = now,
            ModifiedAt = now,
            RetentionDays = request.RetentionDays,
            PolicyId = request.PolicyId,
            Body = disk.Body,
            Epoch = frozen.Epoch,
            Lineage = disk.Lineage,
            IsFrozen = true,
            KeyId = disk.KeyId,
            JobId = job?.Id,
        });
        db.Announce(disk);
        return new(id, job?.Id);
    }

    private static void Check(CreateSnapshot request)
    {
        if (request.PolicyId is null) SnapshotRules.RequireName(request.SnapshotName);
        if (request.Description is { Length: > 0 } text && !Names.IsDescription(text)) throw new OperationException(SnapshotErrors.DescriptionMalformed, nameof(request.Description));
        SnapshotRules.RequireRetention(request.RetentionDays);
        if (request is { Category.Length: > 0, InstantAccess: not null }) throw new OperationException(SnapshotErrors.CategoryAndInstantAccess, nameof(request.Category));
        if (request.Category is { Length: > 0 } and not ("Standard" or "Flash" or "standard" or "flash")) throw new OperationException(SnapshotErrors.CategoryUnknown, nameof(request.Category));
        if (request.InstantAccessRetentionDays is { } days && (days is < 1 or > 65535 || request.InstantAccess != true))
            throw new OperationException(SnapshotErrors.InstantAccessDaysMalformed, nameof(request.InstantAccessRetentionDays));
    }

    private static bool IsLocal(CreateSnapshot request) => request.InstantAccess == true || string.Equals(request.Category, "flash", StringComparison.OrdinalIgnoreCase);

    /// <summary>A policy makes room for its snapshots itself.</summary>
    private async Task RequireRoomAsync(Disk disk, bool isAutomatic, CancellationToken cancel)
    {
        var snapshots = db.Snapshots.Where(snapshot => snapshot.SourceDiskId == disk.Id && !snapshot.IsDeleted);
        var atOnce = DiskCategories.SnapshotsAtOnce(disk.Category);
        if (await snapshots.CountAsync(snapshot => snapshot.Status == SnapshotStatus.Progressing, cancel) >= atOnce)
            throw new OperationException(atOnce == 1 ? SnapshotErrors.OneAtATime : SnapshotErrors.TooManyAtATime, nameof(CreateSnapshot.DiskId));
        if (isAutomatic) return;
        var limit = await quotas.LimitAsync(disk.AccountId, QuotaKind.ManualSnapshotsPerDisk, cancel);
        if (await snapshots.CountAsync(snapshot => !snapshot.IsLocal && snapshot.PolicyId == null, cancel) >= limit) throw new OperationException(SnapshotErrors.Quota(limit), nameof(CreateSnapshot.DiskId));
    }

    /// <summary>Counted apart from the normal ones (SPEC P4); nothing is in progress about them.</summary>
    private async Task RequireLocalRoomAsync(Disk disk, CancellationToken cancel)
    {
        var limit = await quotas.LimitAsync(disk.AccountId, QuotaKind.LocalSnapshotsPerDisk, cancel);
        if (await db.Snapshots.CountAsync(snapshot => snapshot.SourceDiskId == disk.Id && !snapshot.IsDeleted && snapshot.IsLocal, cancel) >= limit)
            throw new OperationException(SnapshotErrors.LocalQuota(limit), nameof(CreateSnapshot.DiskId));
    }
}
