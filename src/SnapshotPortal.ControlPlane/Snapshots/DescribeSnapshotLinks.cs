using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The chains of a region's snapshots: one of the normal and one of the local ones of each disk (SPEC 2.4.4). An empty list of ids matches nothing.</summary>
public sealed record DescribeSnapshotLinks(string RegionId) : IOperation<DescribeSnapshotLinksResult>, IPagedOperation
{
    public IReadOnlyList<string>? DiskIds { get; init; }

    public IReadOnlyList<string>? SnapshotLinkIds { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribeSnapshotLinksResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<SnapshotLinkInfo> SnapshotLinks);

/// <summary>A chain; names and values as ECS has them.</summary>
public sealed record SnapshotLinkInfo
{
    public required string SnapshotLinkId { get; init; }
    public required string RegionId { get; init; }

    /// <summary><c>standard</c> or <c>flash</c>.</summary>
    public required string Category { get; init; }
    public required bool InstantAccess { get; init; }
    public required string SourceDiskId { get; init; }

    /// <summary>Empty where the disk is released.</summary>
    public required string SourceDiskName { get; init; }

    /// <summary>GiB, as the newest snapshot has it.</summary>
    public required int SourceDiskSize { get; init; }
    public required string SourceDiskType { get; init; }

    /// <summary>How many snapshots there are.</summary>
    public required int TotalCount { get; init; }

    /// <summary>Bytes stored for them; local ones store nothing in the repository.</summary>
    public required long TotalSize { get; init; }
}

internal sealed class DescribeSnapshotLinksHandler(PortalDb db, PortalOptions options) : IHandler<DescribeSnapshotLinks, DescribeSnapshotLinksResult>
{
    private const int IdsMax = 100;

    private sealed class Link : Paging.IPlaced
    {
        public required string Id { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }
    }

    public async Task<DescribeSnapshotLinksResult> RunAsync(DescribeSnapshotLinks request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (request.DiskIds is { Count: > IdsMax }) throw new OperationException(SnapshotErrors.TooManyDiskIds, nameof(request.DiskIds));
        if (request.SnapshotLinkIds is { Count: > IdsMax }) throw new OperationException(SnapshotErrors.TooManyLinkIds, nameof(request.SnapshotLinkIds));
        var snapshots = db.Snapshots.AsNoTracking().OwnedBy(caller).Where(snapshot => snapshot.RegionId == region.RegionId);
        if (request.DiskIds is { } diskIds) snapshots = snapshots.Where(snapshot => diskIds.Contains(snapshot.SourceDiskId));
        if (request.SnapshotLinkIds is { } linkIds) snapshots = snapshots.Where(snapshot => linkIds.Contains(snapshot.LinkId));

        var part = await snapshots.GroupBy(snapshot => snapshot.LinkId).Select(chain => new Link { Id = chain.Key, CreatedAt = chain.Min(snapshot => snapshot.CreatedAt) })
            .PartAsync(request, caller, 10, 100, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, await DescribeAsync(part.Items.ConvertAll(link => link.Id), snapshots, cancel));
    }

    private async Task<IReadOnlyList<SnapshotLinkInfo>> DescribeAsync(List<string> linkIds, IQueryable<Snapshot> snapshots, CancellationToken cancel)
    {
        var chains = (await snapshots.Where(snapshot => linkIds.Contains(snapshot.LinkId)).ToListAsync(cancel)).ToLookup(snapshot => snapshot.LinkId, StringComparer.Ordinal);
        var diskIds = chains.Select(chain => chain.First().SourceDiskId).ToList();
        var disks = await db.Disks.Where(disk => diskIds.Contains(disk.Id) && !disk.IsReleased).ToDictionaryAsync(disk => disk.Id, disk => disk.Name, cancel);
        return linkIds.ConvertAll(id => Describe([.. chains[id].OrderByDescending(snapshot => snapshot.CreatedAt)], disks));
    }

    private static SnapshotLinkInfo Describe(IReadOnlyList<Snapshot> chain, Dictionary<string, string> diskNames) => new()
    {
        SnapshotLinkId = chain[0].LinkId,
        RegionId = chain[0].RegionId,
        Category = chain[0].IsLocal ? SnapshotCategory.Flash : SnapshotCategory.Standard,
        InstantAccess = chain[0].IsLocal,
        SourceDiskId = chain[0].SourceDiskId,
        SourceDiskName = diskNames.GetValueOrDefault(chain[0].SourceDiskId, ""),
        SourceDiskSize = chain[0].SourceDiskSizeGiB,
        SourceDiskType = "data",
        TotalCount = chain.Count,
        TotalSize = chain.Sum(snapshot => snapshot.StoredBytes ?? 0),
    };
}
