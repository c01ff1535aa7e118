using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>What the slices of tagged resources need of tags.</summary>
internal static class TagQueries
{
    /// <summary>Puts the tags of a request on a resource that is being made; null: none.</summary>
    public static void AddTags(this PortalDb db, string accountId, string resourceType, string resourceId, IReadOnlyList<Tag>? tags)
    {
        if (tags is null) return;
        TagRules.Require(tags);
        if (tags.Count > TagRules.PerResourceMax) throw new OperationException(TagErrors.Quota(TagRules.PerResourceMax), "Tag");
        foreach (var tag in tags)
            db.Tags.Add(new() { AccountId = accountId, ResourceType = resourceType, ResourceId = resourceId, Key = tag.Key!, Value = tag.Value ?? "" });
    }

    /// <summary>Those that carry every tag of the filter; a tag without value matches any value.</summary>
    public static IQueryable<T> Tagged<T>(this IQueryable<T> all, PortalDb db, IReadOnlyList<Tag>? filter)
        where T : Paging.IPlaced
    {
        if (filter is null) return all;
        if (filter.Count > TagRules.PerResourceMax) throw new OperationException(TagErrors.FilterTooLong, "Tag");
        foreach (var (key, value) in filter)
        {
            if (string.IsNullOrEmpty(key)) throw new OperationException(TagErrors.ValueWithoutKey, "Tag");
            all = value is null
                ? all.Where(each => db.Tags.Any(tag => tag.ResourceId == each.Id && tag.Key == key))
                : all.Where(each => db.Tags.Any(tag => tag.ResourceId == each.Id && tag.Key == key && tag.Value == value));
        }

        return all;
    }

    /// <summary>The tags of some resources, by resource, each sorted by key.</summary>
    public static async Task<ILookup<string, TagInfo>> TagsOfAsync(this PortalDb db, IReadOnlyCollection<string> resourceIds, CancellationToken cancel)
        => (await db.Tags.AsNoTracking().Where(tag => resourceIds.Contains(tag.ResourceId)).OrderBy(tag => tag.Key).ToListAsync(cancel))
            .ToLookup(tag => tag.ResourceId, tag => new TagInfo(tag.Key, tag.Value), StringComparer.Ordinal);
}
