using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>The kinds of resources that can carry tags, and how to find those that a caller has in a region.</summary>
internal static class TaggedResources
{
    public const string Disk = "disk";
    public const string Snapshot = "snapshot";
    public const string Image = "image";
    public const string Instance = "instance";

    private static readonly Dictionary<string, (ResourceKind Kind, Func<PortalDb, Caller, string, IQueryable<string>> Ids)> Kinds = new(StringComparer.Ordinal)
    {
        [Disk] = (ResourceKind.Disk, (db, caller, regionId) => db.Disks.OwnedBy(caller).Where(disk => disk.RegionId == regionId).Select(disk => disk.Id)),
        [Snapshot] = (ResourceKind.Snapshot, (db, caller, regionId) => db.Snapshots.OwnedBy(caller).Where(snapshot => snapshot.RegionId == regionId).Select(snapshot => snapshot.Id)),
        [Image] = (ResourceKind.Image, (db, caller, regionId) => db.Images.Where(image => image.AccountId == caller.AccountId && image.RegionId == regionId).Select(image => image.Id)),
        [Instance] = (ResourceKind.Instance, (db, caller, regionId) => db.Instances.OwnedBy(caller).Where(instance => instance.RegionId == regionId).Select(instance => instance.Id)),
    };

    public static IEnumerable<string> Types => Kinds.Keys;

    /// <summary>The ids of the caller's resources of a type in a region, as a query.</summary>
    public static IQueryable<string> Ids(PortalDb db, PortalOptions options, Caller caller, string regionId, string type)
        => Kinds.TryGetValue(type, out var kind)
            ? kind.Ids(db, caller, options.Region(regionId).RegionId)
            : throw new OperationException(TagErrors.TypeUnknown, "ResourceType");

    /// <summary>Refuses a request that names too many resources, or one that the caller does not have.</summary>
    public static async Task<IReadOnlyList<string>> RequireAsync(
        PortalDb db, PortalOptions options, Caller caller, string regionId, string type, IReadOnlyList<string>? resourceIds, CancellationToken cancel)
    {
        var ids = Ids(db, options, caller, regionId, type);
        if (resourceIds is not { Count: > 0 }) throw new OperationException(OperationErrors.Missing("ResourceId"), "ResourceId");
        if (resourceIds.Count > TagRules.ResourcesMax) throw new OperationException(TagErrors.TooManyResources, "ResourceId");
        List<string> named = [.. resourceIds.Distinct(StringComparer.Ordinal)];
        if (await ids.CountAsync(id => named.Contains(id), cancel) < named.Count) throw new OperationException(TagErrors.ResourceNotFound, "ResourceId");
        return named;
    }

    /// <summary>Tells the pages of a resource that its tags have changed.</summary>
    public static void Announce(PortalDb db, Caller caller, string type, IEnumerable<string> resourceIds)
    {
        foreach (var id in resourceIds) db.Announce(new Change(caller.AccountId, Kinds[type].Kind, id));
    }
}
