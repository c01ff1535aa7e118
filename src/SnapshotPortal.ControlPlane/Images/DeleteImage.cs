using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>Deletes an image; its snapshots stay. An unknown id is a success (SPEC P12).</summary>
public sealed record DeleteImage(string ImageId, string RegionId) : IOperation<Done>
{
    /// <summary>Also where instances use it; they go on.</summary>
    public bool Force { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class DeleteImageHandler(PortalDb db, PortalOptions options) : IHandler<DeleteImage, Done>
{
    public async Task<Done> RunAsync(DeleteImage request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (PublicImages.All.Any(image => image.ImageId == request.ImageId)) throw new OperationException(ImageErrors.Public, nameof(request.ImageId));
        var found = await db.Images.Include(image => image.Disks)
            .SingleOrDefaultAsync(image => image.Id == request.ImageId && image.AccountId == caller.AccountId && image.RegionId == region.RegionId, cancel);
        if (found is not null)
        {
            if (!request.Force && await db.Instances.AnyAsync(instance => instance.ImageId == found.Id, cancel)) throw new OperationException(ImageErrors.UsedByInstances, nameof(request.ImageId));
            var used = found.Disks.ConvertAll(disk => disk.SnapshotId);
            foreach (var snapshot in await db.Snapshots.Where(snapshot => used.Contains(snapshot.Id)).ToListAsync(cancel)) db.Announce(snapshot);
            db.Images.Remove(found);
        }

        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }
}
