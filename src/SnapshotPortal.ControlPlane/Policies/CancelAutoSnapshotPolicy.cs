using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Takes a policy, or the only one, from disks. Disks that it is not applied to are left alone. Snapshots stay.</summary>
public sealed record CancelAutoSnapshotPolicy(string RegionId, IReadOnlyList<string> DiskIds) : IOperation<Done>
{
    /// <summary>Needed where several policies are applied to a disk.</summary>
    public string? AutoSnapshotPolicyId { get; init; }
}

internal sealed class CancelAutoSnapshotPolicyHandler(PortalDb db, PortalOptions options) : IHandler<CancelAutoSnapshotPolicy, Done>
{
    public async Task<Done> RunAsync(CancelAutoSnapshotPolicy request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        var ids = PolicyRules.RequireDisks(request.DiskIds);
        var disks = await db.Disks.GetAllAsync(caller, region.RegionId, ids, cancel);
        var applied = await db.PolicyDisks.Where(each => ids.Contains(each.DiskId)).ToListAsync(cancel);
        if (request.AutoSnapshotPolicyId is { Length: > 0 } policyId) applied = applied.FindAll(each => each.PolicyId == policyId);
        else if (applied.Select(each => each.DiskId).Distinct().Count() < applied.Count) throw new OperationException(PolicyErrors.SeveralApplied, nameof(request.AutoSnapshotPolicyId));
        db.PolicyDisks.RemoveRange(applied);
        foreach (var disk in disks) db.Announce(disk);
        return Done.Instance;
    }
}
