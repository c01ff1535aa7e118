using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Begins to make normal snapshots of local ones whose days have passed (SPEC 2.5). One whose upload failed is not begun again by itself.</summary>
internal sealed class EndInstantAccess(IServiceScopeFactory scopes, JobQueue jobs, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        var now = time.GetUtcNow();
        var dated = db.Snapshots.Where(snapshot => snapshot.IsLocal && snapshot.InstantAccessRetentionDays != null && snapshot.JobId == null && !snapshot.IsDeleted);
        if (!(await dated.AsNoTracking().ToListAsync(cancel)).Exists(IsDue)) return;
        await using var write = await db.BeginWriteAsync(cancel);
        foreach (var snapshot in (await dated.ToListAsync(cancel)).FindAll(IsDue)) UploadSnapshot.Begin(db, jobs, snapshot);
        await write.CommitAsync();

        bool IsDue(Snapshot snapshot) => snapshot.CreatedAt.AddDays(snapshot.InstantAccessRetentionDays!.Value) <= now;
    }
}
