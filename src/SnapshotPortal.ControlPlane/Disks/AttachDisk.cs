using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Attaches a disk to an instance of its zone; where that is running, machines can connect to the disk at once.</summary>
public sealed record AttachDisk(string DiskId, string InstanceId) : IOperation<Done>
{
    /// <summary>Puts a detached system disk back as that, on the instance that it was made for.</summary>
    public bool Bootable { get; init; }

    public bool DeleteWithInstance { get; init; }

    /// <summary>As <c>/dev/xvdb</c>; the first free one where not given.</summary>
    public string? Device { get; init; }
}

internal sealed class AttachDiskHandler(PortalDb db, TimeProvider time) : IHandler<AttachDisk, Done>
{
    public async Task<Done> RunAsync(AttachDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        var instance = await db.Instances.GetAsync(caller, request.InstanceId, cancel);
        if (disk.InstanceId is not null) throw new OperationException(DiskErrors.InUse, nameof(request.DiskId));
        if (disk.Status != DiskStatus.Available) throw new OperationException(DiskErrors.NotAvailable, nameof(request.DiskId));
        await db.RequireNoUploadAsync(disk.Id, cancel);
        if (disk.ZoneId != instance.ZoneId) throw new OperationException(DiskErrors.OtherZone, nameof(request.InstanceId));
        if (instance.Status is not (InstanceStatus.Running or InstanceStatus.Stopped)) throw new OperationException(InstanceErrors.Changing with { HttpStatus = 400 }, nameof(request.InstanceId));
        if (request.Bootable) RequireBootable(disk, instance);

        var taken = await db.Disks.Where(each => each.InstanceId == instance.Id).Select(each => each.Device!).ToListAsync(cancel);
        if (taken.Count >= (InstanceTypes.Find(instance.InstanceType)?.DiskQuantity ?? 0)) throw new OperationException(DiskErrors.TooManyAttached, nameof(request.InstanceId));
        disk.Attach(instance.Id, DeviceFor(request, taken), time.GetUtcNow());
        disk.IsSystem = request.Bootable;
        disk.DeleteWithInstance = request.DeleteWithInstance;
        db.Announce(instance);
        return Done.Instance;
    }

    private static void RequireBootable(Disk disk, Instance instance)
    {
        if (disk.OriginInstanceId is null) throw new OperationException(DiskErrors.NotBootable, nameof(AttachDisk.DiskId));
        if (disk.OriginInstanceId != instance.Id) throw new OperationException(DiskErrors.NotOriginInstance, nameof(AttachDisk.InstanceId));
        if (instance.Status != InstanceStatus.Stopped) throw new OperationException(InstanceErrors.NotStopped with { HttpStatus = 400 }, nameof(AttachDisk.InstanceId));
    }

    private static string DeviceFor(AttachDisk request, List<string> taken)
    {
        if (request.Bootable) return taken.Contains(Devices.System) ? throw new OperationException(DiskErrors.DeviceInUse, nameof(request.DiskId)) : Devices.System;
        if (string.IsNullOrEmpty(request.Device)) return Devices.FirstFree(taken);
        if (!Devices.IsData(request.Device)) throw new OperationException(DiskErrors.DeviceMalformed, nameof(request.Device));
        return taken.Contains(request.Device) ? throw new OperationException(DiskErrors.DeviceInUse, nameof(request.Device)) : request.Device;
    }
}
