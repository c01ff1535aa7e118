using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The job that removes a released disk's content, then its row, and its key where nothing else has it.</summary>
internal sealed class PurgeDisk(PortalDb db, ZonePools pools, RegionRepositories repositories, JobQueue jobs) : IJobWork
{
    /// <summary>From now on nobody sees the disk.</summary>
    public static void Release(PortalDb db, Disk disk, JobQueue jobs)
    {
        disk.IsReleased = true;
        disk.JobId = jobs.Add(db, JobKind.PurgeDisk, disk.AccountId, disk.Id, disk.Name, lane: null).Id;
    }

    public async Task RunAsync(Job job, JobProgress progress, CancellationToken cancel)
    {
        await using var write = await db.BeginWriteAsync(cancel);
        if (await db.Disks.SingleOrDefaultAsync(each => each.Id == job.ResourceId, cancel) is not { } disk) return;
        pools.Drop(disk.ZoneId, disk.BodyName);
        foreach (var body in await db.DiskRollBacks.Where(each => each.DiskId == disk.Id && each.KeptBody != null).Select(each => each.KeptBody!).ToListAsync(cancel)) pools.Drop(disk.ZoneId, body);
        db.Disks.Remove(disk);
        var isErased = await DiskKeys.EraseUnusedAsync(db, disk.KeyId, cancel);
        await PurgeSnapshot.ResumeAsync(db, pools, jobs, cancel);
        await write.CommitAsync();
        if (isErased) await repositories.EraseKeyAsync(disk.KeyId!.Value, cancel);
    }

    public Task GiveUpAsync(Job job, OperationError error) => Task.CompletedTask;

    public Task TakeUpAsync(Job job) => Task.CompletedTask;
}
