using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>Takes tags off up to 50 resources: the keys that are named, or with <see cref="All"/> and no key every tag.</summary>
public sealed record UntagResources(string RegionId, string ResourceType) : IOperation<Done>
{
    public IReadOnlyList<string>? ResourceId { get; init; }

    public IReadOnlyList<string>? TagKey { get; init; }

    public bool All { get; init; }
}

internal sealed class UntagResourcesHandler(PortalDb db, PortalOptions options) : IHandler<UntagResources, Done>
{
    public async Task<Done> RunAsync(UntagResources request, Caller caller, CancellationToken cancel)
    {
        var ids = await TaggedResources.RequireAsync(db, options, caller, request.RegionId, request.ResourceType, request.ResourceId, cancel);
        if (request.TagKey is { Count: > TagRules.PerResourceMax }) throw new OperationException(TagErrors.TooMany, nameof(request.TagKey));
        if (request.TagKey is not { Count: > 0 } keys)
        {
            if (!request.All) return Done.Instance; // nothing is asked for
            db.Tags.RemoveRange(await db.Tags.Where(tag => ids.Contains(tag.ResourceId)).ToListAsync(cancel));
        }
        else
        {
            db.Tags.RemoveRange(await db.Tags.Where(tag => ids.Contains(tag.ResourceId) && keys.Contains(tag.Key)).ToListAsync(cancel));
        }

        TaggedResources.Announce(db, caller, request.ResourceType, ids);
        return Done.Instance;
    }
}
