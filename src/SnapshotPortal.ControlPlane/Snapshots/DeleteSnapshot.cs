using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Deletes a snapshot, or cancels one in progress. An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteSnapshot(string SnapshotId) : IOperation<Done>
{
    /// <summary>Also where disks were made from it; they keep their data.</summary>
    public bool Force { get; init; }
}

internal sealed class DeleteSnapshotHandler(PortalDb db, JobQueue jobs, [FromKeyedServices(JobKind.UploadSnapshot)] IJobWork upload)
    : IHandler<DeleteSnapshot, Done>
{
    public async Task<Done> RunAsync(DeleteSnapshot request, Caller caller, CancellationToken cancel)
    {
        if (await db.Snapshots.OwnedBy(caller).SingleOrDefaultAsync(each => each.Id == request.SnapshotId, cancel) is not { } snapshot) return Done.Instance;
        if (await db.Images.FirstOrDefaultAsync(image => image.Disks.Any(disk => disk.SnapshotId == snapshot.Id), cancel) is { } image)
            throw new OperationException(SnapshotErrors.CreatedImage(image.Id, image.Name), nameof(request.SnapshotId));
        if (!request.Force && await db.Disks.AnyAsync(disk => disk.SourceSnapshotId == snapshot.Id && !disk.IsReleased, cancel)) throw new OperationException(SnapshotErrors.CreatedDisk, nameof(request.SnapshotId));

        if (await db.Jobs.SingleOrDefaultAsync(job => job.Id == snapshot.JobId, cancel) is { CanCancel: true } running) await jobs.CancelAsync(db, running, upload);
        snapshot.IsDeleted = true;

        // In the lane of the uploads: it begins when the cancelled upload has ended.
        snapshot.JobId = jobs.Add(db, JobKind.PurgeSnapshot, snapshot.AccountId, snapshot.Id, snapshot.Name, UploadSnapshot.LaneOf(snapshot.SourceDiskId)).Id;
        if (await db.Disks.SingleOrDefaultAsync(disk => disk.Id == snapshot.SourceDiskId, cancel) is { } source) db.Announce(source);
        return Done.Instance;
    }
}
