using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Begins checks: one at a time for each store, in the order in which they were asked for.</summary>
internal sealed class StoreChecks(PortalDb db, JobQueue jobs, ResourceIds ids, TimeProvider time)
{
    public StoreCheckStarted Add(JobKind kind, string storeId, string? snapshotId = null, double share = 1, int seed = 0, bool isDryRun = false, string? accountId = null)
    {
        var id = ids.New("c");
        var job = jobs.Add(db, kind, accountId: "", id, snapshotId ?? storeId, lane: $"store {storeId}");
        db.StoreChecks.Add(new()
        {
            Id = id,
            Kind = kind,
            StoreId = storeId,
            SnapshotId = snapshotId,
            Share = share,
            Seed = seed,
            IsDryRun = isDryRun,
            AccountId = accountId,
            JobId = job.Id,
            CreatedAt = time.GetUtcNow(),
        });
        return new(id);
    }
}

/// <summary>What was begun; <see cref="DescribeStoreChecks"/> tells how it goes.</summary>
public sealed record StoreCheckStarted(string CheckId);
