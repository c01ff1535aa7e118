using System.Buffers.Text;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>The tags of resources of one type: of those named, of those that carry all given tags, or of all. In parts of 50.</summary>
public sealed record ListTagResources(string RegionId, string ResourceType) : IOperation<ListTagResourcesResult>
{
    public IReadOnlyList<string>? ResourceId { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    public string? NextToken { get; init; }
}

public sealed record ListTagResourcesResult(string? NextToken, IReadOnlyList<TagResourceInfo> TagResources);

/// <summary>One tag of one resource.</summary>
public sealed record TagResourceInfo(string ResourceId, string ResourceType, string TagKey, string TagValue);

internal sealed class ListTagResourcesHandler(PortalDb db, PortalOptions options) : IHandler<ListTagResources, ListTagResourcesResult>
{
    private const int PartSize = 50;

    public async Task<ListTagResourcesResult> RunAsync(ListTagResources request, Caller caller, CancellationToken cancel)
    {
        var tags = Filter(TaggedResources.Ids(db, options, caller, request.RegionId, request.ResourceType), request, caller);
        if (request.NextToken is { Length: > 0 } token)
        {
            var (resourceId, key) = ReadToken(token);
            tags = tags.Where(tag => tag.ResourceId.CompareTo(resourceId) > 0 || (tag.ResourceId == resourceId && tag.Key.CompareTo(key) > 0));
        }

        var part = await tags.OrderBy(tag => tag.ResourceId).ThenBy(tag => tag.Key).Take(PartSize + 1).ToListAsync(cancel);
        var more = part.Count > PartSize;
        if (more) part.RemoveAt(PartSize);
        return new(more ? WriteToken(part[^1]) : null, part.ConvertAll(tag => new TagResourceInfo(tag.ResourceId, tag.ResourceType, tag.Key, tag.Value)));
    }

    private IQueryable<ResourceTag> Filter(IQueryable<string> ids, ListTagResources request, Caller caller)
    {
        if (request.ResourceId is { Count: > TagRules.ResourcesMax }) throw new OperationException(TagErrors.TooManyResources, nameof(request.ResourceId));
        if (request.Tag is { Count: > TagRules.PerResourceMax }) throw new OperationException(TagErrors.TooMany, nameof(request.Tag));
        var tags = db.Tags.AsNoTracking().Where(tag => tag.AccountId == caller.AccountId && tag.ResourceType == request.ResourceType && ids.Contains(tag.ResourceId));
        if (request.ResourceId is { Count: > 0 } named) tags = tags.Where(tag => named.Contains(tag.ResourceId));
        foreach (var (key, value) in request.Tag ?? [])
        {
            if (string.IsNullOrEmpty(key)) throw new OperationException(TagErrors.ValueWithoutKey, nameof(request.Tag));
            tags = tags.Where(tag => db.Tags.Any(other => other.ResourceId == tag.ResourceId && other.Key == key && (value == null || other.Value == value)));
        }

        return tags;
    }

    private static string WriteToken(ResourceTag last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{last.ResourceId} {last.Key}"));

    private static (string ResourceId, string Key) ReadToken(string token)
        => Base64Url.IsValid(token) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ', 2) is [var resourceId, var key]
            ? (resourceId, key)
            : throw new OperationException(OperationErrors.NextTokenInvalid with { HttpStatus = 403 }, "NextToken");
}
