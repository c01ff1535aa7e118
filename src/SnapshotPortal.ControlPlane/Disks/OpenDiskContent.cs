using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Opens a disk's content of this moment for reading, whatever is written meanwhile. Dispose the result.</summary>
[PortalOnly]
public sealed record OpenDiskContent(string DiskId) : IOperation<OpenContent>;

internal sealed class OpenDiskContentHandler(PortalDb db, ZonePools pools, ResourceIds ids) : IHandler<OpenDiskContent, OpenContent>
{
    /// <summary>Begins the name of a pool snapshot that only lasts for a download; the start removes those that a crash left.</summary>
    private const string Prefix = "content";

    public async Task<OpenContent> RunAsync(OpenDiskContent request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.AsNoTracking().GetAsync(caller, request.DiskId, cancel);
        if (disk.Status == DiskStatus.Creating) throw new OperationException(DiskErrors.BeingMade, nameof(request.DiskId));
        var name = ids.New(Prefix);
        var frozen = pools[disk.ZoneId].TakeSnapshot(disk.BodyName, name);
        return new(frozen, OpenContent.FileNameFor(disk.Name, disk.Id), name, () =>
        {
            pools.Release(disk.ZoneId, name);
            return ValueTask.CompletedTask;
        });
    }
}
