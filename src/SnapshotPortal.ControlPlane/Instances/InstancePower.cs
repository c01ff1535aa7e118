using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>
/// Starts and stops instances of the external runtime, within the caller's write. Once the commit of a stop or a detach has
/// returned, the instance is Stopped, the disk is Available, and nobody reaches the disks that could be reached before.
/// </summary>
/// <remarks>
/// The row decides: from the commit on no connection begins (<see cref="ExportTicketQueries.Valid"/>). Then the open ones end, and
/// only then a second write says Stopped or Available. A kill in between is finished by the start, when nobody is connected.
/// </remarks>
internal sealed class InstancePower(ExportConnections connections, TimeProvider time)
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
        instance.Status = InstanceStatus.Stopping;
        instance.StoppedMode = string.IsNullOrEmpty(mode) ? StoppedModes.KeepCharging : mode;
        await AnnounceDisksAsync(db, instance, cancel);
        OnceClosed(db, async () =>
        {
            (instance.Status, instance.StoppedAt) = (InstanceStatus.Stopped, time.GetUtcNow());
            await AnnounceDisksAsync(db, instance, CancellationToken.None);
        });
    }

    /// <summary>Closes the connections of a running instance; they may come again at once.</summary>
    public async Task RebootAsync(PortalDb db, Instance instance, CancellationToken cancel)
    {
        if (instance.Status != InstanceStatus.Running) throw new OperationException(InstanceErrors.NotRunning, "InstanceId");
        StartNew(instance);
        var tokens = await db.ExportTickets.Where(ticket => db.Disks.Any(disk => disk.Id == ticket.DiskId && disk.InstanceId == instance.Id)).Select(ticket => ticket.Token).ToListAsync(cancel);
        db.AfterCommit(() => connections.CloseAsync(tokens));
    }

    /// <summary>Takes disks off their instance, and their tickets with them: attached again, they have other names.</summary>
    public async Task DetachAsync(PortalDb db, IReadOnlyList<Disk> disks, CancellationToken cancel)
    {
        foreach (var disk in disks) disk.Status = DiskStatus.Detaching;
        var ids = disks.Select(disk => disk.Id).ToList();
        await db.ExportTickets.Where(ticket => ids.Contains(ticket.DiskId!)).ExecuteDeleteAsync(cancel);
        OnceClosed(db, () =>
        {
            foreach (var disk in disks) disk.Detach(time.GetUtcNow());
            return Task.CompletedTask;
        });
    }

    /// <summary>Finishes what a kill interrupted; nobody is connected yet.</summary>
    public async Task ResumeAsync(PortalDb db, CancellationToken cancel)
    {
        foreach (var instance in await db.Instances.Where(instance => instance.Status == InstanceStatus.Stopping).ToListAsync(cancel))
            (instance.Status, instance.StoppedAt) = (InstanceStatus.Stopped, time.GetUtcNow());
        foreach (var disk in await db.Disks.Where(disk => disk.Status == DiskStatus.Detaching).ToListAsync(cancel)) disk.Detach(time.GetUtcNow());
    }

    private void OnceClosed(PortalDb db, Func<Task> change) => db.AfterCommit(async () =>
    {
        await connections.CloseForbiddenAsync();
        await using var write = await db.BeginWriteAsync(CancellationToken.None);
        await change();
        await write.CommitAsync();
    });

    /// <summary>Who shows a disk shows whether it can be reached.</summary>
    private static async Task AnnounceDisksAsync(PortalDb db, Instance instance, CancellationToken cancel)
    {
        foreach (var disk in await db.Disks.Where(disk => disk.InstanceId == instance.Id).ToListAsync(cancel)) db.Announce(disk);
    }
}
