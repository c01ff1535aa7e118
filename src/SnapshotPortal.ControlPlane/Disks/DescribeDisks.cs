using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The disks of the caller's account, newest first. Filters are ANDed.</summary>
public sealed record DescribeDisks : IOperation<DescribeDisksResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? ZoneId { get; init; }

    public IReadOnlyList<string>? DiskIds { get; init; }

    public string? DiskName { get; init; }

    public string? Category { get; init; }

    public string? DiskType { get; init; }

    public string? Status { get; init; }

    public string? SnapshotId { get; init; }

    public string? InstanceId { get; init; }

    public bool? DeleteWithInstance { get; init; }

    /// <summary>True: only encrypted ones.</summary>
    public bool? Encrypted { get; init; }

    public string? KMSKeyId { get; init; }

    /// <summary>Only disks that this policy is applied to.</summary>
    public string? AutoSnapshotPolicyId { get; init; }

    /// <summary>Only disks that this policy is not applied to.</summary>
    [PortalOnly]
    public string? WithoutPolicyId { get; init; }

    /// <summary>Only disks with, or without, any policy.</summary>
    public bool? EnableAutomatedSnapshotPolicy { get; init; }

    public bool DryRun { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    /// <summary>A part of the id or name.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    [PortalOnly]
    public DiskOrder Order { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>How a page sorts disks.</summary>
public enum DiskOrder
{
    Newest,
    Oldest,
    Name,
    NameDescending,
    Size,
    SizeDescending,
}

public sealed record DescribeDisksResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<DiskInfo> Disks);

/// <summary>A disk as callers see it; names and values as ECS has them. Size in GiB.</summary>
public sealed record DiskInfo
{
    public required string DiskId { get; init; }
    public required string DiskName { get; init; }
    public required string Description { get; init; }
    public required string RegionId { get; init; }
    public required string ZoneId { get; init; }
    public required int Size { get; init; }
    public required string Category { get; init; }
    public required string? PerformanceLevel { get; init; }
    public required string Type { get; init; }

    /// <summary><c>Creating</c>, <c>Available</c>, <c>In_use</c>, …; see <see cref="DiskStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The instance that it is attached to; empty where it is detached.</summary>
    public required string InstanceId { get; init; }
    public required string Device { get; init; }
    public required DateTimeOffset? AttachedTime { get; init; }
    public required DateTimeOffset? DetachedTime { get; init; }
    public required string ImageId { get; init; }
    public required bool Encrypted { get; init; }
    public required string KMSKeyId { get; init; }
    public required bool Portable { get; init; }
    public required bool DeleteAutoSnapshot { get; init; }
    public required bool DeleteWithInstance { get; init; }
    public required bool EnableAutoSnapshot { get; init; }

    /// <summary>The first policy that was applied to it; empty: none is.</summary>
    public required string AutoSnapshotPolicyId { get; init; }
    public required bool EnableAutomatedSnapshotPolicy { get; init; }
    public required string SourceSnapshotId { get; init; }
    public required string SerialNumber { get; init; }
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>Requests per second, reads and writes together; 0: not limited. Each of the two may take all of it.</summary>
    public required int IOPS { get; init; }
    public int IOPSRead => IOPS;
    public int IOPSWrite => IOPS;

    /// <summary>MB/s, reads and writes together; 0: not limited. Each of the two may take all of it.</summary>
    public required int Throughput { get; init; }
    public int ThroughputRead => Throughput;
    public int ThroughputWrite => Throughput;
    public required int? ProvisionedIops { get; init; }
    public IReadOnlyList<TagInfo> Tags { get; init; } = [];

    /// <summary>Size in bytes.</summary>
    [PortalOnly]
    public required long LengthBytes { get; init; }

    /// <summary>Encrypted, and its key is not at hand: it can neither be read nor written.</summary>
    [PortalOnly]
    public required bool IsLocked { get; init; }

    /// <summary>Whether the pool holds it to <see cref="IOPS"/> and <see cref="Throughput"/>.</summary>
    [PortalOnly]
    public required bool IsLimited { get; init; }

    /// <summary>The job that copies the content of its snapshot, or failed to; null once the disk is whole.</summary>
    [PortalOnly]
    public required string? JobId { get; init; }

    /// <summary>0–100 while content of its snapshot is not copied yet.</summary>
    [PortalOnly]
    public required int? Progress { get; init; }

    /// <summary>The upload that is going on, where there is one.</summary>
    [PortalOnly]
    public required string? UploadId { get; init; }

    /// <summary>Whether it can be snapshotted: it was attached, filled by an upload or made from a snapshot.</summary>
    [PortalOnly]
    public required bool HasBeenUsed { get; init; }

    /// <summary>The name of the instance that it is attached to.</summary>
    [PortalOnly]
    public required string? InstanceName { get; init; }

    /// <summary>The instance that it was made for as its system disk, and can be that of again.</summary>
    [PortalOnly]
    public required string? OriginInstanceId { get; init; }

    /// <summary>The status of that instance.</summary>
    [PortalOnly]
    public required string? InstanceStatus { get; init; }

    /// <summary>How many snapshots of it exist.</summary>
    [PortalOnly]
    public required int SnapshotCount { get; init; }

    /// <summary>How many of those are local.</summary>
    [PortalOnly]
    public required int LocalSnapshotCount { get; init; }

    /// <summary>How many of those are still being uploaded.</summary>
    [PortalOnly]
    public required int SnapshotsInProgress { get; init; }
}

/// <summary>The states of a disk (SPEC 2.3).</summary>
public static class DiskStatus
{
    public const string Creating = "Creating";
    public const string Available = "Available";
    public const string Attaching = "Attaching";
    public const string InUse = "In_use";
    public const string Detaching = "Detaching";
    public const string ReIniting = "ReIniting";
}

/// <summary>How a disk got the state of another moment.</summary>
public enum DiskRollBackKind
{
    /// <summary>Rolled back to a snapshot.</summary>
    RollBack,

    /// <summary>An earlier roll back was undone.</summary>
    Undo,

    /// <summary>Re-initialised.</summary>
    ReInit,
}

internal sealed class DescribeDisksHandler(PortalDb db, PortalOptions options, ZonePools pools, JobQueue jobs) : IHandler<DescribeDisks, DescribeDisksResult>
{
    private static readonly string[] Statuses =
        [DiskStatus.Creating, DiskStatus.Available, DiskStatus.Attaching, DiskStatus.InUse, DiskStatus.Detaching, DiskStatus.ReIniting];

    public async Task<DescribeDisksResult> RunAsync(DescribeDisks request, Caller caller, CancellationToken cancel)
    {
        var disks = Filter(db.Disks.AsNoTracking().OwnedBy(caller), request);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        var part = request.Order == DiskOrder.Newest
            ? await disks.PartAsync(request, caller, 10, 500, cancel)
            : await Sort(disks, request.Order).ThenBy(disk => disk.Id).PageAsync(request, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, await DescribeAsync(part.Items, cancel));
    }

    private IQueryable<Disk> Filter(IQueryable<Disk> disks, DescribeDisks request)
    {
        if (request.RegionId is { Length: > 0 } regionId)
        {
            var region = options.Region(regionId);
            disks = disks.Where(disk => disk.RegionId == region.RegionId);
        }

        if (request.ZoneId is { Length: > 0 } zoneId)
        {
            if (!options.Regions.Any(region => region.Zones.Contains(zoneId))) throw new OperationException(RegionErrors.ZoneNotFound with { HttpStatus = 400 }, nameof(request.ZoneId));
            disks = disks.Where(disk => disk.ZoneId == zoneId);
        }

        if (request.DiskIds is { } ids)
        {
            if (ids.Count > 100) throw new OperationException(DiskErrors.TooManyIds, nameof(request.DiskIds));
            disks = disks.Where(disk => ids.Contains(disk.Id));
        }

        if (request.Status is { Length: > 0 } status && status != "All")
        {
            if (!Statuses.Contains(status)) throw new OperationException(DiskErrors.StatusFilterUnknown, nameof(request.Status));
            disks = disks.Where(disk => disk.Status == status);
        }

        if (request.Category is { Length: > 0 } category && category != "all")
        {
            if (!DiskCategories.All.Any(each => each.Category == category)) throw new OperationException(DiskErrors.CategoryFilterUnknown, nameof(request.Category));
            disks = disks.Where(disk => disk.Category == category);
        }

        if (request.DiskType is { Length: > 0 } type && type != "all")
        {
            if (type is not ("system" or "data")) throw new OperationException(DiskErrors.TypeFilterUnknown, nameof(request.DiskType));
            var system = type == "system";
            disks = disks.Where(disk => disk.IsSystem == system);
        }

        if (request.DiskName is { Length: > 0 } name) disks = disks.Where(disk => disk.Name == name);
        if (request.SnapshotId is { Length: > 0 } snapshotId) disks = disks.Where(disk => disk.SourceSnapshotId == snapshotId);
        if (request.InstanceId is { Length: > 0 } instanceId) disks = disks.Where(disk => disk.InstanceId == instanceId);
        if (request.DeleteWithInstance is { } goes) disks = disks.Where(disk => disk.DeleteWithInstance == goes);
        if (request.Encrypted == true) disks = disks.Where(disk => disk.KeyId != null);
        if (request.KMSKeyId is { Length: > 0 } keyId)
        {
            var keyRegion = options.Regions.FirstOrDefault(region => DiskKeys.ServiceKeyOf(region.RegionId) == keyId)?.RegionId;
            disks = disks.Where(disk => disk.KeyId != null && disk.RegionId == keyRegion);
        }
        disks = disks.Tagged(db, request.Tag);
        if (request.AutoSnapshotPolicyId is { Length: > 0 } policyId) disks = disks.Where(disk => db.PolicyDisks.Any(each => each.DiskId == disk.Id && each.PolicyId == policyId));
        if (request.WithoutPolicyId is { Length: > 0 } otherId) disks = disks.Where(disk => !db.PolicyDisks.Any(each => each.DiskId == disk.Id && each.PolicyId == otherId));
        if (request.EnableAutomatedSnapshotPolicy is { } hasPolicy) disks = disks.Where(disk => db.PolicyDisks.Any(each => each.DiskId == disk.Id) == hasPolicy);
        if (Search.Pattern(request.Search) is { } pattern)
            disks = disks.Where(disk => EF.Functions.Like(disk.Id, pattern, Search.Escape) || EF.Functions.Like(disk.Name, pattern, Search.Escape));
        return disks;
    }

    private static IOrderedQueryable<Disk> Sort(IQueryable<Disk> disks, DiskOrder order) => order switch
    {
        DiskOrder.Oldest => disks.OrderBy(disk => disk.CreatedAt),
        DiskOrder.Name => disks.OrderBy(disk => EF.Functions.Collate(disk.Name, PortalDb.AnyCase)),
        DiskOrder.NameDescending => disks.OrderByDescending(disk => EF.Functions.Collate(disk.Name, PortalDb.AnyCase)),
        DiskOrder.Size => disks.OrderBy(disk => disk.SizeGiB),
        DiskOrder.SizeDescending => disks.OrderByDescending(disk => disk.SizeGiB),
        _ => disks.OrderByDescending(disk => disk.CreatedAt),
    };

    private async Task<IReadOnlyList<DiskInfo>> DescribeAsync(List<Disk> disks, CancellationToken cancel)
    {
        var ids = disks.ConvertAll(disk => disk.Id);
        var jobIds = disks.ConvertAll(disk => disk.JobId);
        var filling = await db.Jobs.AsNoTracking().Where(job => jobIds.Contains(job.Id) && job.Kind == JobKind.FillDisk && job.Status != JobStatus.Finished).ToDictionaryAsync(job => job.Id, cancel);
        var uploads = await db.DiskUploads.Where(upload => ids.Contains(upload.DiskId) && upload.Status == DiskUploadStatus.Open)
            .Select(upload => new { upload.DiskId, upload.Id }).ToDictionaryAsync(upload => upload.DiskId, upload => upload.Id, cancel);
        var snapshots = await db.Snapshots.Where(snapshot => ids.Contains(snapshot.SourceDiskId) && !snapshot.IsDeleted)
            .GroupBy(snapshot => snapshot.SourceDiskId)
            .Select(group => new { DiskId = group.Key, Count = group.Count(), Local = group.Count(snapshot => snapshot.IsLocal), InProgress = group.Count(snapshot => snapshot.Status == SnapshotStatus.Progressing) })
            .ToDictionaryAsync(group => group.DiskId, cancel);
        var tags = await db.TagsOfAsync(ids, cancel);
        var instanceIds = disks.ConvertAll(disk => disk.InstanceId);
        var instances = await db.Instances.AsNoTracking().Where(instance => instanceIds.Contains(instance.Id)).ToDictionaryAsync(instance => instance.Id, cancel);
        var policies = await db.PolicyDisks.Where(each => ids.Contains(each.DiskId)).OrderBy(each => each.AppliedAt).ThenBy(each => each.PolicyId)
            .Select(each => new { each.DiskId, each.PolicyId }).ToListAsync(cancel);
        var firstPolicies = policies.DistinctBy(each => each.DiskId).ToDictionary(each => each.DiskId, each => each.PolicyId);
        return disks.ConvertAll(disk =>
        {
            var instance = disk.InstanceId is not null ? instances.GetValueOrDefault(disk.InstanceId) : null;
            var job = disk.JobId is not null ? filling.GetValueOrDefault(disk.JobId) : null;
            return Describe(disk) with
            {
                JobId = job?.Id,
                Progress = job is null ? null : jobs.ProgressOf(job).Percent,
                AutoSnapshotPolicyId = firstPolicies.GetValueOrDefault(disk.Id, ""),
                EnableAutomatedSnapshotPolicy = firstPolicies.ContainsKey(disk.Id),
                UploadId = uploads.GetValueOrDefault(disk.Id),
                Tags = [.. tags[disk.Id]],
                InstanceName = instance?.Name,
                InstanceStatus = instance?.Status,
                SnapshotCount = snapshots.GetValueOrDefault(disk.Id)?.Count ?? 0,
                LocalSnapshotCount = snapshots.GetValueOrDefault(disk.Id)?.Local ?? 0,
                SnapshotsInProgress = snapshots.GetValueOrDefault(disk.Id)?.InProgress ?? 0,
            };
        });
    }

    private DiskInfo Describe(Disk disk) => new()
    {
        DiskId = disk.Id,
        DiskName = disk.Name,
        Description = disk.Description,
        RegionId = disk.RegionId,
        ZoneId = disk.ZoneId,
        Size = disk.SizeGiB,
        Category = disk.Category,
        PerformanceLevel = disk.PerformanceLevel,
        Type = disk.IsSystem ? "system" : "data",
        Status = disk.Status,
        InstanceId = disk.InstanceId ?? "",
        Device = disk.Device ?? "",
        AttachedTime = disk.AttachedAt,
        DetachedTime = disk.DetachedAt,
        ImageId = disk.ImageId ?? "",
        Encrypted = disk.KeyId is not null,
        KMSKeyId = disk.KeyId is null ? "" : DiskKeys.ServiceKeyOf(disk.RegionId),
        IsLocked = disk.KeyId is not null && pools.IsLocked(disk),
        Portable = true,
        DeleteAutoSnapshot = disk.DeleteAutoSnapshot,
        DeleteWithInstance = disk.DeleteWithInstance,
        EnableAutoSnapshot = true,
        AutoSnapshotPolicyId = "",
        EnableAutomatedSnapshotPolicy = false,
        SourceSnapshotId = disk.SourceSnapshotId ?? "",
        SerialNumber = disk.Id[2..],
        CreationTime = disk.CreatedAt,
        IOPS = DiskCategories.Iops(disk.Category, disk.PerformanceLevel, disk.SizeGiB) + (disk.ProvisionedIops ?? 0),
        Throughput = DiskCategories.Throughput(disk.Category, disk.PerformanceLevel, disk.SizeGiB),
        ProvisionedIops = disk.ProvisionedIops,
        LengthBytes = disk.LengthBytes,
        IsLimited = options.LimitsDisks,
        JobId = null,
        Progress = null,
        UploadId = null,
        HasBeenUsed = disk.HasBeenUsed,
        OriginInstanceId = disk.OriginInstanceId,
        InstanceName = null,
        InstanceStatus = null,
        SnapshotCount = 0,
        LocalSnapshotCount = 0,
        SnapshotsInProgress = 0,
    };
}
