using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>The images that the caller's account can use, newest first. Filters are ANDed; only available ones where no status is given.</summary>
public sealed record DescribeImages : IOperation<DescribeImagesResult>
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    /// <summary>At most 100 ids, separated by commas.</summary>
    public string? ImageId { get; init; }

    public string? ImageName { get; init; }

    public string? ImageFamily { get; init; }

    public string? ImageOwnerAlias { get; init; }

    /// <summary>Several are separated by commas; <c>ALL</c> is every one.</summary>
    public string? Status { get; init; }

    public string? SnapshotId { get; init; }

    public string? OSType { get; init; }

    public string? Architecture { get; init; }

    public string? Usage { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    public bool DryRun { get; init; }

    /// <summary>A part of the id or name.</summary>
    [PortalOnly]
    public string? Search { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }
}

public sealed record DescribeImagesResult(int TotalCount, int PageNumber, int PageSize, string RegionId, IReadOnlyList<ImageInfo> Images);

internal sealed class DescribeImagesHandler(ImageCatalog catalog, PortalOptions options) : IHandler<DescribeImages, DescribeImagesResult>
{
    private static readonly string[] Statuses =
        [ImageStatus.Creating, ImageStatus.Waiting, ImageStatus.Available, ImageStatus.Unavailable, ImageStatus.CreateFailed, ImageStatus.Deprecated];

    public async Task<DescribeImagesResult> RunAsync(DescribeImages request, Caller caller, CancellationToken cancel)
    {
        var regionId = string.IsNullOrEmpty(request.RegionId) ? null : options.Region(request.RegionId).RegionId;
        Check(request);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        var found = (await catalog.ListAsync(regionId, caller, cancel)).FindAll(Filter(request));
        var number = request.PageNumber ?? 1;
        if (number < 1) throw new OperationException(OperationErrors.Invalid(nameof(request.PageNumber), "1 or more"), nameof(request.PageNumber));
        if (request.PageSize is < 1) throw new OperationException(OperationErrors.Invalid(nameof(request.PageSize), "1–100"), nameof(request.PageSize));
        var size = Math.Min(request.PageSize ?? 10, 100);
        var skip = (int)Math.Min((number - 1L) * size, int.MaxValue);
        return new(found.Count, number, size, regionId ?? "", [.. found.Skip(skip).Take(size)]);
    }

    private static void Check(DescribeImages request)
    {
        if (request.ImageId?.Split(',').Length > 100) throw new OperationException(ImageErrors.TooManyIds, nameof(request.ImageId));
        if (request.ImageOwnerAlias is { Length: > 0 } and not ("system" or "self" or "others" or "marketplace")) throw new OperationException(ImageErrors.OwnerFilterUnknown, nameof(request.ImageOwnerAlias));
        if (StatusesOf(request).Except(Statuses).Any()) throw new OperationException(ImageErrors.StatusFilterUnknown, nameof(request.Status));
        if (request.OSType is { Length: > 0 } and not ("linux" or "windows")) throw new OperationException(ImageErrors.SystemFilterUnknown, nameof(request.OSType));
        if (request.Architecture is { Length: > 0 } architecture && !ImageRules.IsArchitecture(architecture)) throw new OperationException(ImageErrors.ArchitectureFilterUnknown, nameof(request.Architecture));
        if (request.Usage is { Length: > 0 } and not ("instance" or "none")) throw new OperationException(ImageErrors.UsageFilterUnknown, nameof(request.Usage));
    }

    private static IReadOnlyList<string> StatusesOf(DescribeImages request) => request.Status switch
    {
        null or "" => [ImageStatus.Available],
        "ALL" => Statuses,
        var given => given.Split(',', StringSplitOptions.TrimEntries),
    };

    private static Predicate<ImageInfo> Filter(DescribeImages request)
    {
        var statuses = StatusesOf(request);
        var ids = string.IsNullOrEmpty(request.ImageId) ? null : request.ImageId.Split(',', StringSplitOptions.TrimEntries);
        var search = request.Search?.Trim() ?? "";
        var tags = request.Tag ?? [];
        return image => statuses.Contains(image.Status)
            && (ids is null || ids.Contains(image.ImageId))
            && Is(request.ImageName, image.ImageName) && Is(request.ImageFamily, image.ImageFamily) && Is(request.ImageOwnerAlias, image.ImageOwnerAlias)
            && Is(request.OSType, image.OSType) && Is(request.Architecture, image.Architecture) && Is(request.Usage, image.Usage)
            && (string.IsNullOrEmpty(request.SnapshotId) || image.DiskDeviceMappings.Any(disk => disk.SnapshotId == request.SnapshotId))
            && tags.All(tag => image.Tags.Any(each => each.TagKey == tag.Key && (tag.Value is null || each.TagValue == tag.Value)))
            && (image.ImageId.Contains(search, StringComparison.OrdinalIgnoreCase) || image.ImageName.Contains(search, StringComparison.OrdinalIgnoreCase));
    }

    private static bool Is(string? asked, string value) => string.IsNullOrEmpty(asked) || asked == value;
}
