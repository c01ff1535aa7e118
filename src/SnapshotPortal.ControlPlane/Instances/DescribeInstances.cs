using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>The instances of the caller's account, newest first. Filters are ANDed.</summary>
public sealed record DescribeInstances : IOperation<DescribeInstancesResult>, IPagedOperation
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? ZoneId { get; init; }

    public IReadOnlyList<string>? InstanceIds { get; init; }

    /// <summary>The name; <c>*</c> stands for anything.</summary>
    public string? InstanceName { get; init; }

    public string? ImageId { get; init; }

    public string? InstanceType { get; init; }

    public string? InstanceTypeFamily { get; init; }

    public string? Status { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    public bool DryRun { get; init; }

    /// <summary>A part of the id or name.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    [PortalOnly]
    public InstanceOrder Order { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>How a page sorts instances.</summary>
public enum InstanceOrder
{
    Newest,
    Oldest,
    Name,
    NameDescending,
}

public sealed record DescribeInstancesResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<InstanceInfo> Instances);

/// <summary>An instance as callers see it; names and values as ECS has them. Memory in MiB.</summary>
public sealed record InstanceInfo
{
    public required string InstanceId { get; init; }
    public required string InstanceName { get; init; }
    public required string HostName { get; init; }
    public required string Description { get; init; }
    public required string RegionId { get; init; }
    public required string ZoneId { get; init; }
    public required string ImageId { get; init; }
    public required string InstanceType { get; init; }
    public required string InstanceTypeFamily { get; init; }
    public required int Cpu { get; init; }
    public required int Memory { get; init; }
    public required string OSType { get; init; }
    public required string InstanceChargeType { get; init; }

    /// <summary><c>Running</c>, <c>Stopped</c>, …; see <see cref="Instances.InstanceStatus"/>.</summary>
    public required string Status { get; init; }
    public required string StoppedMode { get; init; }
    public required bool DeletionProtection { get; init; }
    public required bool DeviceAvailable { get; init; }
    public required string SerialNumber { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset? StartTime { get; init; }
    public IReadOnlyList<TagInfo> Tags { get; init; } = [];

    /// <summary>When it was last stopped.</summary>
    [PortalOnly]
    public required DateTimeOffset? StopTime { get; init; }

    /// <summary>How many disks are attached.</summary>
    [PortalOnly]
    public required int DiskCount { get; init; }

    /// <summary>How many it can have.</summary>
    [PortalOnly]
    public required int DiskQuantity { get; init; }

    /// <summary>GiB of all its disks.</summary>
    [PortalOnly]
    public required long DiskSize { get; init; }
}

internal sealed class DescribeInstancesHandler(PortalDb db, PortalOptions options) : IHandler<DescribeInstances, DescribeInstancesResult>
{
    private static readonly string[] Statuses = [InstanceStatus.Pending, InstanceStatus.Starting, InstanceStatus.Running, InstanceStatus.Stopping, InstanceStatus.Stopped];

    public async Task<DescribeInstancesResult> RunAsync(DescribeInstances request, Caller caller, CancellationToken cancel)
    {
        var instances = Filter(db.Instances.AsNoTracking().OwnedBy(caller), request);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        var part = request.Order == InstanceOrder.Newest
            ? await instances.PartAsync(request, caller, 1, 100, cancel)
            : await Sort(instances, request.Order).ThenBy(instance => instance.Id).PageAsync(request, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, await DescribeAsync(part.Items, cancel));
    }

    private IQueryable<Instance> Filter(IQueryable<Instance> instances, DescribeInstances request)
    {
        if (request.RegionId is { Length: > 0 } regionId)
        {
            var region = options.Region(regionId);
            instances = instances.Where(instance => instance.RegionId == region.RegionId);
        }

        if (request.InstanceIds is { } ids)
        {
            if (ids.Count > 100) throw new OperationException(InstanceErrors.TooManyIds, nameof(request.InstanceIds));
            instances = instances.Where(instance => ids.Contains(instance.Id));
        }

        if (request.Status is { Length: > 0 } status)
        {
            if (!Statuses.Contains(status)) throw new OperationException(InstanceErrors.StatusFilterUnknown, nameof(request.Status));
            instances = instances.Where(instance => instance.Status == status);
        }

        if (request.ZoneId is { Length: > 0 } zoneId) instances = instances.Where(instance => instance.ZoneId == zoneId);
        if (request.ImageId is { Length: > 0 } imageId) instances = instances.Where(instance => instance.ImageId == imageId);
        if (request.InstanceType is { Length: > 0 } type) instances = instances.Where(instance => instance.InstanceType == type);
        if (request.InstanceTypeFamily is { Length: > 0 } family) instances = instances.Where(instance => instance.InstanceType.StartsWith(family + "."));
        if (request.InstanceName is { Length: > 0 } name)
        {
            var likeName = Search.Literal(name).Replace('*', '%');
            instances = instances.Where(instance => EF.Functions.Like(instance.Name, likeName, Search.Escape));
        }

        instances = instances.Tagged(db, request.Tag);
        if (Search.Pattern(request.Search) is { } pattern)
            instances = instances.Where(instance => EF.Functions.Like(instance.Id, pattern, Search.Escape) || EF.Functions.Like(instance.Name, pattern, Search.Escape));
        return instances;
    }

    private static IOrderedQueryable<Instance> Sort(IQueryable<Instance> instances, InstanceOrder order) => order switch
    {
        InstanceOrder.Oldest => instances.OrderBy(instance => instance.CreatedAt),
        InstanceOrder.Name => instances.OrderBy(instance => EF.Functions.Collate(instance.Name, PortalDb.AnyCase)),
        InstanceOrder.NameDescending => instances.OrderByDescending(instance => EF.Functions.Collate(instance.Name, PortalDb.AnyCase)),
        _ => instances.OrderByDescending(instance => instance.CreatedAt),
    };

    private async Task<IReadOnlyList<InstanceInfo>> DescribeAsync(List<Instance> instances, CancellationToken cancel)
    {
        var ids = instances.ConvertAll(instance => instance.Id);
        var disks = await db.Disks.Where(disk => ids.Contains(disk.InstanceId!)).GroupBy(disk => disk.InstanceId!)
            .Select(group => new { InstanceId = group.Key, Count = group.Count(), SizeGiB = group.Sum(disk => (long)disk.SizeGiB) }).ToDictionaryAsync(group => group.InstanceId, cancel);
        var tags = await db.TagsOfAsync(ids, cancel);
        return instances.ConvertAll(instance => Describe(instance) with
        {
            DiskCount = disks.GetValueOrDefault(instance.Id)?.Count ?? 0,
            DiskSize = disks.GetValueOrDefault(instance.Id)?.SizeGiB ?? 0,
            Tags = [.. tags[instance.Id]],
        });
    }

    private static InstanceInfo Describe(Instance instance)
    {
        var type = InstanceTypes.Find(instance.InstanceType);
        return new()
        {
            InstanceId = instance.Id,
            InstanceName = instance.Name,
            HostName = instance.HostName,
            Description = instance.Description,
            RegionId = instance.RegionId,
            ZoneId = instance.ZoneId,
            ImageId = instance.ImageId,
            InstanceType = instance.InstanceType,
            InstanceTypeFamily = type?.InstanceTypeFamily ?? "",
            Cpu = type?.CpuCoreCount ?? 0,
            Memory = (int)((type?.MemorySize ?? 0) * 1024),
            OSType = "linux",
            InstanceChargeType = "PostPaid",
            Status = instance.Status,
            StoppedMode = instance.Status == InstanceStatus.Stopped ? instance.StoppedMode : StoppedModes.WhileRunning,
            DeletionProtection = instance.DeletionProtection,
            DeviceAvailable = true,
            SerialNumber = instance.Id[2..],
            CreationTime = instance.CreatedAt,
            StartTime = instance.StartedAt,
            StopTime = instance.StoppedAt,
            DiskCount = 0,
            DiskQuantity = type?.DiskQuantity ?? 0,
            DiskSize = 0,
        };
    }
}
