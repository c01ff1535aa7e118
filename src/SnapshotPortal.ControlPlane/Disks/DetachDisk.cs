using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Takes a disk off its instance: the connections to it are closed. Whoever writes to it has to unmount before.</summary>
public sealed record DetachDisk(string DiskId, string InstanceId) : IOperation<Done>
{
    /// <summary>Whether the disk goes with the next instance that it is attached to; null leaves that as it is.</summary>
    public bool? DeleteWithInstance { get; init; }
}

internal sealed class DetachDiskHandler(PortalDb db, InstancePower power) : IHandler<DetachDisk, Done>
{
    public async Task<Done> RunAsync(DetachDisk request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.GetAsync(caller, request.DiskId, cancel);
        var instance = await db.Instances.GetAsync(caller, request.InstanceId, cancel);
        if (disk.InstanceId is null) throw new OperationException(DiskErrors.Detached, nameof(request.DiskId));
        if (disk.InstanceId != instance.Id) throw new OperationException(DiskErrors.AttachedElsewhere, nameof(request.InstanceId));
        if (disk.Status != DiskStatus.InUse) throw new OperationException(DiskErrors.NotAvailable, nameof(request.DiskId));
        if (instance.Status is not (InstanceStatus.Running or InstanceStatus.Stopped)) throw new OperationException(InstanceErrors.Changing, nameof(request.InstanceId));
        if (disk.IsSystem && instance.Status != InstanceStatus.Stopped) throw new OperationException(InstanceErrors.NotStopped, nameof(request.InstanceId));
        disk.DeleteWithInstance = request.DeleteWithInstance ?? disk.DeleteWithInstance;
        await power.DetachAsync(db, [disk], cancel);
        db.Announce(instance);
        return Done.Instance;
    }
}
