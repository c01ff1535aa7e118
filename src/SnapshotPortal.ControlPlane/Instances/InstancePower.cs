using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>
/// Starts and stops instances of the external runtime, within the caller's write. Once a commit that stops an instance has
/// returned, it is Stopped and nobody can reach its disks.
/// </summary>
internal sealed class InstancePower(TimeProvider time)
{
    public async Task StartAsync(PortalDb db, Instance instance, CancellationToken cancel)
    {
        if (instance.Status != InstanceStatus.Stopped) throw new OperationException(InstanceErrors.NotStopped, "InstanceId");
        if (!await db.Disks.AnyAsync(disk => disk.InstanceId == instance.Id && disk.IsSystem, cancel)) throw new OperationException(InstanceErrors.NoSystemDisk, "InstanceId");
        StartNew(instance);
        await AnnounceDisksAsync(db, instance, cancel);
    }

    /// <summary>Starts an instance that is being made in the same write.</summary>
    public void StartNew(Instance instance) => (instance.Status, instance.StartedAt) = (InstanceStatus.Running, time.GetUtcNow());

    public async Task StopAsync(PortalDb db, Instance instance, string? mode, CancellationToken cancel)
    {
        if (instance.Status != InstanceStatus.Running) throw new OperationException(InstanceErrors.NotRunning, "InstanceId");
        (instance.Status, instance.StoppedAt) = (InstanceStatus.Stopped, time.GetUtcNow());
        instance.StoppedMode = string.IsNullOrEmpty(mode) ? StoppedModes.KeepCharging : mode;
        await AnnounceDisksAsync(db, instance, cancel);
    }

    public void Detach(PortalDb db, IReadOnlyList<Disk> disks)
    {
        foreach (var disk in disks) disk.Detach(time.GetUtcNow());
    }

    /// <summary>Who shows a disk shows whether it can be reached.</summary>
    private static async Task AnnounceDisksAsync(PortalDb db, Instance instance, CancellationToken cancel)
    {
        foreach (var disk in await db.Disks.Where(disk => disk.InstanceId == instance.Id).ToListAsync(cancel)) db.Announce(disk);
    }
}
