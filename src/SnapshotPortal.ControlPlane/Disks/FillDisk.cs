using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>
/// The job that copies to a disk what it still reads from its snapshot. The disk is in use meanwhile. Ended anywhere it goes on
/// with what is missing.
/// </summary>
internal sealed class FillDisk(PortalDb db, ZonePools pools, RegionRepositories repositories, JobQueue jobs) : IJobWork
{
    private const int FetchesAtOnce = 4;

    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        if (await db.Disks.AsNoTracking().SingleOrDefaultAsync(each => each.Id == job.ResourceId && !each.IsReleased, cancel) is not { } disk) return;
        if (pools.FindBody(disk) is not { } target) return;
        var reporter = new Reporter<HydrationProgress>(now => progress.Report(now.DoneBytes, now.TotalBytes));
        try
        {
            await target.HydrateAsync(repositories.HydrationRate, reporter, FetchesAtOnce, cancel);
        }
        catch (EngineException exception) when (exception.Fault == EngineFault.Missing && pools.FindBody(disk) is null)
        {
            return; // Deleted meanwhile: there is nothing to fill.
        }

        await using var write = await db.BeginWriteAsync(cancel);
        await PurgeSnapshot.ResumeAsync(db, pools, jobs, cancel);
        await write.CommitAsync();
    }

    /// <summary>The disk goes on reading from its snapshot: nothing is lost, and the job can be tried again.</summary>
    public Task GiveUpAsync(Job job, OperationError error) => Task.CompletedTask;

    public Task TakeUpAsync(Job job) => Task.CompletedTask;
}
