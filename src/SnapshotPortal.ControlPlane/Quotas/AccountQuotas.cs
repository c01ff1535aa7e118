using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>The limits that hold for accounts. Operations ask within their own write, so that a limit is neither passed by two requests at once nor by a stale reading.</summary>
internal sealed class AccountQuotas(PortalDb db, PortalOptions options)
{
    /// <summary>How many of something an account may have at most.</summary>
    public async Task<int> LimitAsync(string accountId, QuotaKind kind, CancellationToken cancel)
        => await db.QuotaOverrides.Where(each => each.AccountId == accountId && each.Kind == kind).Select(each => (int?)each.Limit).SingleOrDefaultAsync(cancel)
           ?? options.Quotas[kind];

    /// <summary>All limits of an account, and how much of each is used where most is.</summary>
    public async Task<IReadOnlyList<QuotaInfo>> DescribeAsync(string accountId, CancellationToken cancel)
    {
        var overrides = await db.QuotaOverrides.Where(each => each.AccountId == accountId).ToDictionaryAsync(each => each.Kind, each => each.Limit, cancel);
        var quotas = new List<QuotaInfo>();
        foreach (var kind in Enum.GetValues<QuotaKind>())
        {
            var fullest = await FullestAsync(accountId, kind, cancel);
            quotas.Add(new(kind, overrides.GetValueOrDefault(kind, options.Quotas[kind]), options.Quotas[kind], overrides.ContainsKey(kind), fullest?.Count ?? 0, fullest?.Id));
        }

        return quotas;
    }

    /// <summary>Where most of a quota is used: the disk or region, and how much of it; null where nothing is.</summary>
    private Task<Fullest?> FullestAsync(string accountId, QuotaKind kind, CancellationToken cancel)
    {
        var snapshots = db.Snapshots.Where(each => each.AccountId == accountId && !each.IsDeleted);
        return kind switch
        {
            QuotaKind.ManualSnapshotsPerDisk => MostAsync(snapshots.Where(each => !each.IsLocal && each.PolicyId == null).GroupBy(each => each.SourceDiskId), cancel),
            QuotaKind.AutomaticSnapshotsPerDisk => MostAsync(snapshots.Where(each => !each.IsLocal && each.PolicyId != null).GroupBy(each => each.SourceDiskId), cancel),
            QuotaKind.PoliciesPerRegion => MostAsync(db.Policies.Where(each => each.AccountId == accountId).GroupBy(each => each.RegionId), cancel),
            QuotaKind.PoliciesPerDisk => MostAsync(db.PolicyDisks.Where(each => each.AccountId == accountId && db.Disks.Any(disk => disk.Id == each.DiskId && !disk.IsReleased)).GroupBy(each => each.DiskId), cancel),
            QuotaKind.LocalSnapshotsPerDisk => MostAsync(snapshots.Where(each => each.IsLocal).GroupBy(each => each.SourceDiskId), cancel),
            QuotaKind.ImagesPerRegion => MostAsync(db.Images.Where(each => each.AccountId == accountId).GroupBy(each => each.RegionId), cancel),
            QuotaKind.TagsPerResource => MostAsync(db.Tags.Where(each => each.AccountId == accountId).GroupBy(each => each.ResourceId), cancel),
            _ => Task.FromResult<Fullest?>(null),
        };
    }

    private static async Task<Fullest?> MostAsync<T>(IQueryable<IGrouping<string, T>> groups, CancellationToken cancel)
    {
        var most = await groups.Select(group => new { group.Key, Count = group.Count() }).OrderByDescending(each => each.Count).ThenBy(each => each.Key).FirstOrDefaultAsync(cancel);
        return most is null ? null : new(most.Key, most.Count);
    }

    private sealed record Fullest(string Id, int Count);
}
