using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The snapshots of the caller's account, newest first. Filters are ANDed.</summary>
public sealed record DescribeSnapshots : IOperation<DescribeSnapshotsResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? DiskId { get; init; }

    public IReadOnlyList<string>? SnapshotIds { get; init; }

    public string? SnapshotName { get; init; }

    /// <summary><c>auto</c>, <c>user</c> or <c>all</c>.</summary>
    public string? SnapshotType { get; init; }

    /// <summary><c>progressing</c>, <c>accomplished</c>, <c>failed</c> or <c>all</c>.</summary>
    public string? Status { get; init; }

    public string? Category { get; init; }

    /// <summary><c>disk</c>, <c>image</c>, <c>image_disk</c> or <c>none</c>.</summary>
    public string? Usage { get; init; }

    public string? SourceDiskType { get; init; }

    public bool? Encrypted { get; init; }

    public bool DryRun { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    /// <summary>A part of the id or name, or of the id of the disk.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    [PortalOnly]
    public SnapshotOrder Order { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>How a page sorts snapshots.</summary>
public enum SnapshotOrder
{
    Newest,
    Oldest,
    Name,
    NameDescending,
    StoredBytes,
    StoredBytesDescending,
}

public sealed record DescribeSnapshotsResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<SnapshotInfo> Snapshots);

/// <summary>A snapshot as callers see it; names and values as ECS has them.</summary>
public sealed record SnapshotInfo
{
    public required string SnapshotId { get; init; }
    public required string SnapshotName { get; init; }
    public required string Description { get; init; }
    public required string RegionId { get; init; }

    /// <summary><c>progressing</c>, <c>accomplished</c> or <c>failed</c>; see <see cref="SnapshotStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary><c>0%</c>…<c>100%</c>.</summary>
    public required string Progress { get; init; }

    /// <summary>Seconds, estimated.</summary>
    public required int RemainTime { get; init; }
    public required bool Available { get; init; }
    public required string SnapshotType { get; init; }

    /// <summary><c>standard</c> or <c>flash</c>; see <see cref="SnapshotCategory"/>.</summary>
    public required string Category { get; init; }
    public required bool InstantAccess { get; init; }
    public required int? InstantAccessRetentionDays { get; init; }
    public required int? RetentionDays { get; init; }
    public required string SourceDiskId { get; init; }

    /// <summary>GiB, as text.</summary>
    public required string SourceDiskSize { get; init; }
    public required string SourceDiskType { get; init; }
    public required string Usage { get; init; }
    public required string SnapshotLinkId { get; init; }
    public required string SnapshotSN { get; init; }
    public required bool Encrypted { get; init; }
    public required string KMSKeyId { get; init; }

    /// <summary>The data that a full restore holds; null until accomplished.</summary>
    public required long? FullSnapshotSizeInBytes { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset LastModifiedTime { get; init; }
    public IReadOnlyList<TagInfo> Tags { get; init; } = [];

    /// <summary>What this snapshot added to the store; null until accomplished.</summary>
    [PortalOnly]
    public required long? StoredBytes { get; init; }

    /// <summary>Whether everything was read, not only what had changed since the one before; null until accomplished.</summary>
    [PortalOnly]
    public required bool? IsFull { get; init; }

    /// <summary>The name of its disk, where that still exists.</summary>
    [PortalOnly]
    public required string? SourceDiskName { get; init; }

    /// <summary>When its retention ends; null: kept until it is deleted.</summary>
    [PortalOnly]
    public required DateTimeOffset? ExpiryTime { get; init; }

    /// <summary>Where its disk lies or lay: a local snapshot makes disks there only.</summary>
    [PortalOnly]
    public required string ZoneId { get; init; }

    /// <summary>The size of the disk when it was frozen.</summary>
    [PortalOnly]
    public required long LengthBytes { get; init; }

    /// <summary>The policy that took it; null: somebody did.</summary>
    [PortalOnly]
    public required string? PolicyId { get; init; }

    /// <summary>The job that uploads or deletes it; the last one.</summary>
    [PortalOnly]
    public required string? JobId { get; init; }

    /// <summary>Why it failed.</summary>
    [PortalOnly]
    public required string? ErrorMessage { get; init; }

    /// <summary>How many existing disks were made from it.</summary>
    [PortalOnly]
    public required int CreatedDiskCount { get; init; }

    /// <summary>How many images use it: while there is one, it cannot be deleted.</summary>
    [PortalOnly]
    public required int CreatedImageCount { get; init; }
}

/// <summary>Where snapshots are kept (SPEC P1).</summary>
public static class SnapshotCategory
{
    /// <summary>Normal: in the region's repository.</summary>
    public const string Standard = "standard";

    /// <summary>Local: in the pool of the zone.</summary>
    public const string Flash = "flash";
}

/// <summary>The states of a snapshot (SPEC 2.4.1).</summary>
public static class SnapshotStatus
{
    public const string Progressing = "progressing";
    public const string Accomplished = "accomplished";
    public const string Failed = "failed";
}

internal sealed class DescribeSnapshotsHandler(PortalDb db, PortalOptions options, JobQueue jobs) : IHandler<DescribeSnapshots, DescribeSnapshotsResult>
{
    public async Task<DescribeSnapshotsResult> RunAsync(DescribeSnapshots request, Caller caller, CancellationToken cancel)
    {
        var snapshots = Filter(db.Snapshots.AsNoTracking().OwnedBy(caller), request);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        var part = request.Order == SnapshotOrder.Newest
            ? await snapshots.PartAsync(request, caller, 1, 100, cancel)
            : await Sort(snapshots, request.Order).ThenBy(snapshot => snapshot.Id).PageAsync(request, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, await DescribeAsync(part.Items, cancel));
    }

    private IQueryable<Snapshot> Filter(IQueryable<Snapshot> snapshots, DescribeSnapshots request)
    {
        if (request.RegionId is { Length: > 0 } regionId)
        {
            var region = options.Region(regionId);
            snapshots = snapshots.Where(snapshot => snapshot.RegionId == region.RegionId);
        }

        if (request.SnapshotIds is { } ids)
        {
            if (ids.Count > 100) throw new OperationException(SnapshotErrors.TooManyIds, nameof(request.SnapshotIds));
            snapshots = snapshots.Where(snapshot => ids.Contains(snapshot.Id));
        }

        if (request.Status is { Length: > 0 } status && status != "all")
        {
            if (status is not (SnapshotStatus.Progressing or SnapshotStatus.Accomplished or SnapshotStatus.Failed)) throw new OperationException(SnapshotErrors.StatusFilterUnknown, nameof(request.Status));
            snapshots = snapshots.Where(snapshot => snapshot.Status == status);
        }

        if (request.DiskId is { Length: > 0 } diskId) snapshots = snapshots.Where(snapshot => snapshot.SourceDiskId == diskId);
        if (request.SnapshotName is { Length: > 0 } name) snapshots = snapshots.Where(snapshot => snapshot.Name == name);
        snapshots = snapshots.Tagged(db, request.Tag);
        if (Search.Pattern(request.Search) is { } pattern)
        {
            snapshots = snapshots.Where(snapshot => EF.Functions.Like(snapshot.Id, pattern, Search.Escape)
                || EF.Functions.Like(snapshot.SourceDiskId, pattern, Search.Escape) || EF.Functions.Like(snapshot.Name, pattern, Search.Escape));
        }

        return FilterUsage(FilterKind(snapshots, request), request);
    }

    private static IQueryable<Snapshot> FilterKind(IQueryable<Snapshot> snapshots, DescribeSnapshots request)
    {
        if (request.SnapshotType is { Length: > 0 } type && type is not ("all" or "user" or "auto")) throw new OperationException(SnapshotErrors.TypeFilterUnknown, nameof(request.SnapshotType));
        var category = request.Category?.ToLowerInvariant();
        if (category is { Length: > 0 } and not ("standard" or "flash" or "archive")) throw new OperationException(SnapshotErrors.CategoryUnknown, nameof(request.Category));
        var diskType = request.SourceDiskType?.ToLowerInvariant();
        if (diskType is { Length: > 0 } and not ("data" or "system")) throw new OperationException(SnapshotErrors.DiskTypeFilterUnknown, nameof(request.SourceDiskType));
        if (request.SnapshotType is "auto" or "user")
        {
            var automatic = request.SnapshotType == "auto";
            snapshots = snapshots.Where(snapshot => (snapshot.PolicyId != null) == automatic);
        }

        if (category is SnapshotCategory.Standard or SnapshotCategory.Flash) snapshots = snapshots.Where(snapshot => snapshot.IsLocal == (category == SnapshotCategory.Flash));
        if (diskType is { Length: > 0 }) snapshots = snapshots.Where(snapshot => snapshot.SourceDiskIsSystem == (diskType == "system"));
        var none = category is "archive";
        if (request.Encrypted == true) snapshots = snapshots.Where(snapshot => snapshot.KeyId != null);
        return none ? snapshots.Where(_ => false) : snapshots;
    }

    private IQueryable<Snapshot> FilterUsage(IQueryable<Snapshot> snapshots, DescribeSnapshots request) => request.Usage switch
    {
        null or "" => snapshots,
        "disk" => snapshots.Where(snapshot => db.Disks.Any(disk => disk.SourceSnapshotId == snapshot.Id && !disk.IsReleased)),
        "image" => snapshots.Where(snapshot => db.Images.Any(image => image.Disks.Any(disk => disk.SnapshotId == snapshot.Id))),
        "image_disk" => snapshots.Where(snapshot => db.Images.Any(image => image.Disks.Any(disk => disk.SnapshotId == snapshot.Id))
            && db.Disks.Any(disk => disk.SourceSnapshotId == snapshot.Id && !disk.IsReleased)),
        "none" => snapshots.Where(snapshot => !db.Images.Any(image => image.Disks.Any(disk => disk.SnapshotId == snapshot.Id))
            && !db.Disks.Any(disk => disk.SourceSnapshotId == snapshot.Id && !disk.IsReleased)),
        _ => throw new OperationException(SnapshotErrors.UsageFilterUnknown, nameof(request.Usage)),
    };

    private static IOrderedQueryable<Snapshot> Sort(IQueryable<Snapshot> snapshots, SnapshotOrder order) => order switch
    {
        SnapshotOrder.Oldest => snapshots.OrderBy(snapshot => snapshot.CreatedAt),
        SnapshotOrder.Name => snapshots.OrderBy(snapshot => EF.Functions.Collate(snapshot.Name, PortalDb.AnyCase)),
        SnapshotOrder.NameDescending => snapshots.OrderByDescending(snapshot => EF.Functions.Collate(snapshot.Name, PortalDb.AnyCase)),
        SnapshotOrder.StoredBytes => snapshots.OrderBy(snapshot => snapshot.StoredBytes ?? 0),
        SnapshotOrder.StoredBytesDescending => snapshots.OrderByDescending(snapshot => snapshot.StoredBytes ?? 0),
        _ => snapshots.OrderByDescending(snapshot => snapshot.CreatedAt),
    };

    private async Task<IReadOnlyList<SnapshotInfo>> DescribeAsync(List<Snapshot> snapshots, CancellationToken cancel)
    {
        var ids = snapshots.ConvertAll(snapshot => snapshot.Id);
        var jobIds = snapshots.Where(snapshot => snapshot.Status == SnapshotStatus.Progressing).Select(snapshot => snapshot.JobId).ToList();
        var uploads = await db.Jobs.AsNoTracking().Where(job => jobIds.Contains(job.Id)).ToDictionaryAsync(job => job.Id, cancel);
        var created = await db.Disks.Where(disk => ids.Contains(disk.SourceSnapshotId!) && !disk.IsReleased)
            .GroupBy(disk => disk.SourceSnapshotId!).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, cancel);
        var images = await db.Images.SelectMany(image => image.Disks).Where(disk => ids.Contains(disk.SnapshotId!))
            .GroupBy(disk => disk.SnapshotId!).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, cancel);
        var diskIds = snapshots.Select(snapshot => snapshot.SourceDiskId).Distinct().ToList();
        var diskNames = await db.Disks.Where(disk => diskIds.Contains(disk.Id) && !disk.IsReleased).ToDictionaryAsync(disk => disk.Id, disk => disk.Name, cancel);
        var tags = await db.TagsOfAsync(ids, cancel);
        return snapshots.ConvertAll(snapshot => Describe(
            snapshot,
            uploads.TryGetValue(snapshot.JobId ?? "", out var job) ? jobs.ProgressOf(job) : default,
            created.GetValueOrDefault(snapshot.Id),
            images.GetValueOrDefault(snapshot.Id),
            diskNames.GetValueOrDefault(snapshot.SourceDiskId),
            [.. tags[snapshot.Id]]));
    }

    private static SnapshotInfo Describe(Snapshot snapshot, JobProgress.Sample upload, int createdDisks, int createdImages, string? diskName, IReadOnlyList<TagInfo> tags) => new()
    {
        SnapshotId = snapshot.Id,
        SnapshotName = snapshot.Name,
        Description = snapshot.Description,
        RegionId = snapshot.RegionId,
        Status = snapshot.Status,
        Progress = snapshot.Status == SnapshotStatus.Accomplished ? "100%" : $"{upload.Percent}%",
        RemainTime = snapshot.Status == SnapshotStatus.Progressing ? upload.SecondsRemaining ?? 0 : 0,
        Available = snapshot.IsAvailable,
        SnapshotType = snapshot.IsAutomatic ? "auto" : "user",
        Category = snapshot.IsLocal ? SnapshotCategory.Flash : SnapshotCategory.Standard,
        InstantAccess = snapshot.IsLocal,
        InstantAccessRetentionDays = snapshot.InstantAccessRetentionDays,
        RetentionDays = snapshot.RetentionDays,
        SourceDiskId = snapshot.SourceDiskId,
        SourceDiskSize = snapshot.SourceDiskSizeGiB.ToString(CultureInfo.InvariantCulture),
        SourceDiskType = snapshot.SourceDiskIsSystem ? "system" : "data",
        Usage = (createdDisks, createdImages) switch
        {
            ( > 0, > 0) => "image_disk",
            (0, > 0) => "image",
            ( > 0, 0) => "disk",
            _ => "none",
        },
        SnapshotLinkId = snapshot.LinkId,
        SnapshotSN = snapshot.Id[2..],
        Encrypted = snapshot.KeyId is not null,
        KMSKeyId = snapshot.KeyId is null ? "" : DiskKeys.ServiceKeyOf(snapshot.RegionId),
        FullSnapshotSizeInBytes = snapshot.FullBytes,
        CreationTime = snapshot.CreatedAt,
        LastModifiedTime = snapshot.ModifiedAt,
        Tags = tags,
        StoredBytes = snapshot.StoredBytes,
        IsFull = snapshot.IsFull,
        SourceDiskName = diskName,
        ExpiryTime = snapshot.ExpiresAt,
        ZoneId = snapshot.ZoneId,
        LengthBytes = snapshot.LengthBytes,
        PolicyId = snapshot.PolicyId,
        JobId = snapshot.JobId,
        ErrorMessage = snapshot.ErrorMessage,
        CreatedDiskCount = createdDisks,
        CreatedImageCount = createdImages,
    };
}
