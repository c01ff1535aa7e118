using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>Sets tags on up to 50 resources of one type, on all or on none; a key that is there already gets the new value.</summary>
public sealed record TagResources(string RegionId, string ResourceType) : IOperation<Done>
{
    public IReadOnlyList<string>? ResourceId { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }
}

internal sealed class TagResourcesHandler(PortalDb db, PortalOptions options, AccountQuotas quotas) : IHandler<TagResources, Done>
{
    public async Task<Done> RunAsync(TagResources request, Caller caller, CancellationToken cancel)
    {
        var ids = await TaggedResources.RequireAsync(db, options, caller, request.RegionId, request.ResourceType, request.ResourceId, cancel);
        if (request.Tag is not { Count: > 0 } tags) throw new OperationException(OperationErrors.Missing("Tag"), nameof(request.Tag));
        if (tags.Count > TagRules.PerResourceMax) throw new OperationException(TagErrors.TooMany, nameof(request.Tag));
        TagRules.Require(tags);

        var limit = await quotas.LimitAsync(caller.AccountId, QuotaKind.TagsPerResource, cancel);
        var present = (await db.Tags.Where(tag => ids.Contains(tag.ResourceId)).ToListAsync(cancel)).ToLookup(tag => tag.ResourceId, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            var own = present[id].ToDictionary(tag => tag.Key, StringComparer.Ordinal);
            foreach (var (key, value) in tags)
            {
                if (own.TryGetValue(key!, out var tag)) tag.Value = value ?? "";
                else db.Tags.Add(own[key!] = new() { AccountId = caller.AccountId, ResourceType = request.ResourceType, ResourceId = id, Key = key!, Value = value ?? "" });
            }

            if (own.Count > limit) throw new OperationException(TagErrors.Quota(limit), nameof(request.Tag));
        }

        TaggedResources.Announce(db, caller, request.ResourceType, ids);
        return Done.Instance;
    }
}
