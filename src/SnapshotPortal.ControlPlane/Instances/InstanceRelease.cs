using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Releases instances and does with their disks what those ask for (SPEC 2.3, 4.6), within the caller's write.</summary>
internal sealed class InstanceRelease(PortalDb db, InstancePower power, DeleteDiskHandler deleteDisk, TimeProvider time)
{
    public async Task RunAsync(IReadOnlyList<Instance> instances, bool force, Caller caller, CancellationToken cancel)
    {
        foreach (var instance in instances)
        {
            if (instance.DeletionProtection) throw new OperationException(InstanceErrors.Protected, "InstanceId");
            if (instance.Status != InstanceStatus.Stopped && !force) throw new OperationException(InstanceErrors.Running, "InstanceId");
            var disks = await db.Disks.Where(disk => disk.InstanceId == instance.Id).ToListAsync(cancel);
            foreach (var disk in disks.Where(disk => disk.DeleteWithInstance))
            {
                disk.Detach(time.GetUtcNow());
                await deleteDisk.RunAsync(new(disk.Id), caller, cancel);
            }

            await power.DetachAsync(db, [.. disks.Where(disk => !disk.DeleteWithInstance)], cancel);
            db.Instances.Remove(instance);
        }
    }
}
