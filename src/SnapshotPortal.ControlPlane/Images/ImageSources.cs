using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>What images are made of.</summary>
internal sealed class ImageSources(PortalDb db, CreateSnapshotHandler createSnapshot)
{
    private const int DataDisksMax = 16;
    private const int EmptySizeByDefault = 20;

    /// <summary>The disks of a new image, the system disk first.</summary>
    public async Task<List<ImageDisk>> DisksAsync(CreateImage request, string imageId, Caller caller, CancellationToken cancel)
    {
        if (!string.IsNullOrEmpty(request.InstanceId)) return await SnapshotInstanceAsync(request.InstanceId, imageId, caller, cancel);
        if (request.DiskDeviceMapping is { Count: > 0 } mappings) return await MapAsync(mappings, request.RegionId, imageId, caller, cancel);
        if (string.IsNullOrEmpty(request.SnapshotId)) throw new OperationException(ImageErrors.NoSource, nameof(request.SnapshotId));
        var snapshot = await FindAsync(request.SnapshotId, request.RegionId, caller, cancel);
        if (!snapshot.SourceDiskIsSystem) throw new OperationException(ImageErrors.NoSystemSnapshot, nameof(request.SnapshotId));
        return [new() { ImageId = imageId, Device = Devices.System, SnapshotId = snapshot.Id, SizeGiB = snapshot.SourceDiskSizeGiB }];
    }

    private async Task<List<ImageDisk>> SnapshotInstanceAsync(string instanceId, string imageId, Caller caller, CancellationToken cancel)
    {
        var instance = await db.Instances.GetAsync(caller, instanceId, cancel);
        var disks = await db.Disks.Where(disk => disk.InstanceId == instance.Id).OrderBy(disk => disk.Device).ToListAsync(cancel);
        if (disks.Count == 0 || !disks[0].IsSystem) throw new OperationException(ImageErrors.InstanceWithoutSystemDisk, nameof(CreateImage.InstanceId));
        var made = new List<ImageDisk>(disks.Count);
        foreach (var disk in disks)
        {
            var snapshot = await createSnapshot.RunAsync(new(disk.Id) { Description = $"Made for the image {imageId}" }, caller, cancel);
            made.Add(new() { ImageId = imageId, Device = disk.Device!, SnapshotId = snapshot.SnapshotId, SizeGiB = disk.SizeGiB });
        }

        return made;
    }

    private async Task<List<ImageDisk>> MapAsync(IReadOnlyList<DiskDeviceMappingRequest> mappings, string regionId, string imageId, Caller caller, CancellationToken cancel)
    {
        var disks = new List<ImageDisk>(mappings.Count);
        foreach (var mapping in mappings)
        {
            var snapshot = string.IsNullOrEmpty(mapping.SnapshotId) ? null : await FindAsync(mapping.SnapshotId, regionId, caller, cancel);
            var type = snapshot?.SourceDiskIsSystem == true ? "system" : "data";
            if (!string.IsNullOrEmpty(mapping.DiskType) && mapping.DiskType != type) throw new OperationException(ImageErrors.DiskTypeUnknown, nameof(mapping.DiskType));
            var size = mapping.Size ?? snapshot?.SourceDiskSizeGiB ?? EmptySizeByDefault;
            if (size < 1 || size < snapshot?.SourceDiskSizeGiB) throw new OperationException(ImageErrors.DiskTooSmall, nameof(mapping.Size));
            disks.Add(new() { ImageId = imageId, Device = type == "system" ? Devices.System : DeviceFor(mapping, disks, mappings), SnapshotId = snapshot?.Id, SizeGiB = size });
        }

        if (disks.Count(disk => disk.Device == Devices.System) != 1) throw new OperationException(ImageErrors.NoSystemSnapshot, nameof(CreateImage.DiskDeviceMapping));
        if (disks.Count > DataDisksMax + 1) throw new OperationException(ImageErrors.TooManyDisks, nameof(CreateImage.DiskDeviceMapping));
        if (disks.DistinctBy(disk => disk.Device).Count() < disks.Count) throw new OperationException(DiskErrors.DeviceInUse with { HttpStatus = 400 }, nameof(DiskDeviceMappingRequest.Device));
        return [.. disks.OrderBy(disk => disk.Device, StringComparer.Ordinal)];
    }

    private static string DeviceFor(DiskDeviceMappingRequest mapping, List<ImageDisk> before, IReadOnlyList<DiskDeviceMappingRequest> all)
    {
        if (!string.IsNullOrEmpty(mapping.Device)) return Devices.IsData(mapping.Device) ? mapping.Device : throw new OperationException(DiskErrors.DeviceMalformed, nameof(mapping.Device));
        if (before.Count > DataDisksMax) throw new OperationException(ImageErrors.TooManyDisks, nameof(CreateImage.DiskDeviceMapping));
        return Devices.FirstFree([.. before.Select(disk => disk.Device), .. all.Select(each => each.Device).OfType<string>()]);
    }

    private async Task<Snapshot> FindAsync(string snapshotId, string regionId, Caller caller, CancellationToken cancel)
    {
        var snapshot = await db.Snapshots.GetAsync(caller, snapshotId, cancel);
        if (snapshot.RegionId != regionId) throw new OperationException(SnapshotErrors.NotFound, nameof(CreateImage.SnapshotId));
        if (snapshot.IsLocal) throw new OperationException(ImageErrors.LocalSnapshot, nameof(CreateImage.SnapshotId));
        return snapshot.Status == SnapshotStatus.Accomplished ? snapshot : throw new OperationException(SnapshotErrors.NotReady, nameof(CreateImage.SnapshotId));
    }
}
