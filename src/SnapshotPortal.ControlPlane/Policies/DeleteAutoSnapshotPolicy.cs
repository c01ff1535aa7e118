using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Deletes a policy and takes it from its disks. Its snapshots stay, with their retention. An unknown id is a success.</summary>
public sealed record DeleteAutoSnapshotPolicy(string AutoSnapshotPolicyId, string RegionId) : IOperation<Done>;

internal sealed class DeleteAutoSnapshotPolicyHandler(PortalDb db, PortalOptions options) : IHandler<DeleteAutoSnapshotPolicy, Done>
{
    public async Task<Done> RunAsync(DeleteAutoSnapshotPolicy request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (await db.Policies.OwnedBy(caller).SingleOrDefaultAsync(each => each.Id == request.AutoSnapshotPolicyId && each.RegionId == region.RegionId, cancel) is not { } policy)
            return Done.Instance;
        foreach (var disk in await db.Disks.AsNoTracking().Where(disk => db.PolicyDisks.Any(each => each.PolicyId == policy.Id && each.DiskId == disk.Id)).ToListAsync(cancel)) db.Announce(disk);
        db.Policies.Remove(policy); // and, by their references to it, where it is applied and its runs
        return Done.Instance;
    }
}
