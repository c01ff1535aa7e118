using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Applies a policy to disks of its region: to all of them, or to none where one is refused. Applying again changes nothing.</summary>
public sealed record ApplyAutoSnapshotPolicy(string AutoSnapshotPolicyId, string RegionId, IReadOnlyList<string> DiskIds) : IOperation<Done>;

internal sealed class ApplyAutoSnapshotPolicyHandler(PortalDb db, PortalOptions options, AccountQuotas quotas, TimeProvider time) : IHandler<ApplyAutoSnapshotPolicy, Done>
{
    public async Task<Done> RunAsync(ApplyAutoSnapshotPolicy request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        var ids = PolicyRules.RequireDisks(request.DiskIds);
        var policy = await db.Policies.GetAsync(caller, region.RegionId, request.AutoSnapshotPolicyId, PolicyErrors.NotFound, cancel);
        var disks = await db.Disks.GetAllAsync(caller, region.RegionId, ids, cancel);
        var applied = await db.PolicyDisks.Where(each => ids.Contains(each.DiskId)).ToListAsync(cancel);
        var limit = await quotas.LimitAsync(caller.AccountId, QuotaKind.PoliciesPerDisk, cancel);
        foreach (var disk in disks)
        {
            var own = applied.Where(each => each.DiskId == disk.Id).ToList();
            if (own.Exists(each => each.PolicyId == policy.Id)) continue;
            if (own.Count >= limit) throw new OperationException(PolicyErrors.QuotaOfDisk(limit), nameof(request.DiskIds));
            db.PolicyDisks.Add(new() { AccountId = policy.AccountId, PolicyId = policy.Id, DiskId = disk.Id, AppliedAt = time.GetUtcNow() });
            db.Announce(disk);
        }

        return Done.Instance;
    }
}

internal static class PolicyDiskQueries
{
    /// <summary>Disks of a region that the caller may know of; refused where one of them is missing.</summary>
    public static async Task<List<Disk>> GetAllAsync(this IQueryable<Disk> disks, Caller caller, string regionId, List<string> ids, CancellationToken cancel)
    {
        var found = await disks.OwnedBy(caller).Where(disk => disk.RegionId == regionId && ids.Contains(disk.Id)).ToListAsync(cancel);
        return found.Count == ids.Count ? found : throw new OperationException(DiskErrors.NotFound, "DiskIds");
    }
}
