using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Lets the states go that were kept to undo roll backs and whose days have passed.</summary>
/// <remarks>Repeatable: the pool's part comes first, and what is gone already is not missed.</remarks>
internal sealed class DropKeptStates(IServiceScopeFactory scopes, ZonePools pools, JobQueue jobs, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        var now = time.GetUtcNow();
        if (!await db.DiskRollBacks.AnyAsync(each => each.KeptBody != null && each.KeptUntil <= now, cancel)) return;

        await using var write = await db.BeginWriteAsync(cancel);
        foreach (var rollBack in await db.DiskRollBacks.Where(each => each.KeptBody != null && each.KeptUntil <= now).ToListAsync(cancel))
        {
            var disk = await db.Disks.SingleAsync(each => each.Id == rollBack.DiskId, cancel);
            pools.Drop(disk.ZoneId, rollBack.KeptBody!);
            rollBack.KeptBody = null;
            db.Announce(disk);
        }

        await PurgeSnapshot.ResumeAsync(db, pools, jobs, cancel);
        await write.CommitAsync();
    }
}
