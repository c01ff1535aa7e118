using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>The images that an account can use: its own and those of the portal. There are few of them, so they are read whole.</summary>
internal sealed class ImageCatalog(PortalDb db, JobQueue jobs)
{
    /// <summary>In one region, or in all (null); newest first, those of the portal last.</summary>
    public async Task<List<ImageInfo>> ListAsync(string? regionId, Caller caller, CancellationToken cancel)
    {
        var images = await db.Images.AsNoTracking().Include(image => image.Disks)
            .Where(image => image.AccountId == caller.AccountId && (regionId == null || image.RegionId == regionId))
            .OrderByDescending(image => image.CreatedAt).ThenBy(image => image.Id).ToListAsync(cancel);
        var snapshotIds = images.SelectMany(image => image.Disks).Select(disk => disk.SnapshotId).ToList();
        var snapshots = await db.Snapshots.AsNoTracking().Where(snapshot => snapshotIds.Contains(snapshot.Id)).ToDictionaryAsync(snapshot => snapshot.Id, cancel);
        var jobIds = snapshots.Values.Where(snapshot => snapshot.Status == SnapshotStatus.Progressing).Select(snapshot => snapshot.JobId).ToList();
        var uploads = await db.Jobs.AsNoTracking().Where(job => jobIds.Contains(job.Id)).ToDictionaryAsync(job => job.Id, job => jobs.ProgressOf(job).Percent, cancel);
        var instances = await db.Instances.Where(instance => instance.AccountId == caller.AccountId).GroupBy(instance => instance.ImageId)
            .Select(group => new { ImageId = group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.ImageId, group => group.Count, cancel);
        var tags = await db.TagsOfAsync(images.ConvertAll(image => image.Id), cancel);
        return
        [
            .. images.Select(image => Describe(image, snapshots, uploads, instances.GetValueOrDefault(image.Id)) with { Tags = [.. tags[image.Id]] }),
            .. PublicImages.All.Select(image => image with
            {
                InstanceCount = instances.GetValueOrDefault(image.ImageId),
                Usage = instances.ContainsKey(image.ImageId) ? "instance" : "none",
            }),
        ];
    }

    public async Task<ImageInfo?> FindAsync(string regionId, string imageId, Caller caller, CancellationToken cancel)
        => (await ListAsync(regionId, caller, cancel)).Find(image => image.ImageId == imageId);

    /// <summary>The newest available image of a family; own ones come before those of the portal.</summary>
    public async Task<ImageInfo?> FindFamilyAsync(string regionId, string family, Caller caller, CancellationToken cancel)
        => (await ListAsync(regionId, caller, cancel)).Find(image => image.ImageFamily == family && image.Status == ImageStatus.Available);

    private static ImageInfo Describe(Image image, Dictionary<string, Snapshot> snapshots, Dictionary<string, int> uploads, int instances)
    {
        var disks = image.Disks.OrderBy(disk => disk.Device, StringComparer.Ordinal).Select(disk => (Disk: disk, Snapshot: disk.SnapshotId is null ? null : snapshots.GetValueOrDefault(disk.SnapshotId))).ToList();
        var progress = disks.ConvertAll(each => each.Snapshot is { Status: SnapshotStatus.Progressing } going ? uploads.GetValueOrDefault(going.JobId ?? "") : 100);
        return new()
        {
            ImageId = image.Id,
            ImageName = image.Name,
            Description = image.Description,
            ImageFamily = image.Family,
            ImageVersion = image.ImageVersion,
            ImageOwnerAlias = "self",
            RegionId = image.RegionId,
            Size = disks[0].Disk.SizeGiB,
            OSType = "linux",
            OSName = image.Platform,
            OSNameEn = image.Platform,
            Platform = image.Platform,
            Architecture = image.Architecture,
            BootMode = image.BootMode,
            Status = StatusOf(image, disks.Select(each => each.Snapshot)),
            Progress = Percent(progress.Min()),
            Usage = instances > 0 ? "instance" : "none",
            CreationTime = image.CreatedAt,
            InstanceCount = instances,
            DiskDeviceMappings = [.. disks.Zip(progress, (each, done) => new DiskDeviceMappingInfo(
                each.Disk.Device, each.Disk.Device == Devices.System ? "system" : "data", each.Disk.SizeGiB.ToString(CultureInfo.InvariantCulture), each.Disk.SnapshotId ?? "", Percent(done)))],
        };
    }

    /// <summary>An image is made once its snapshots are, so its state is theirs.</summary>
    private static string StatusOf(Image image, IEnumerable<Snapshot?> snapshots)
    {
        var states = snapshots.OfType<Snapshot>().Select(snapshot => snapshot.Status).ToList();
        if (states.Contains(SnapshotStatus.Failed)) return ImageStatus.CreateFailed;
        if (states.Contains(SnapshotStatus.Progressing)) return ImageStatus.Creating;
        return image.IsDeprecated ? ImageStatus.Deprecated : ImageStatus.Available;
    }

    private static string Percent(int percent) => string.Create(CultureInfo.InvariantCulture, $"{percent}%");
}
