using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Rolls several disks back, all or none, each to one of its own snapshots.</summary>
public sealed record ResetDisks(string RegionId) : IOperation<ResetDisksResult>
{
    public IReadOnlyList<DiskToReset> Disk { get; init; } = [];

    public bool DryRun { get; init; }
}

/// <summary>A disk and the snapshot whose state it is to get.</summary>
public sealed record DiskToReset(string DiskId, string SnapshotId);

public sealed record ResetDisksResult(IReadOnlyList<DiskResetProgress> OperationProgressSet);

/// <summary>What became of one disk.</summary>
public sealed record DiskResetProgress(string OperationStatus, string ErrorCode, string ErrorMsg, IReadOnlyList<DiskResetItem> RelatedItemSet);

/// <summary>What it was about: <c>DiskId</c> or <c>SnapshotId</c>.</summary>
public sealed record DiskResetItem(string Name, string Value);

internal sealed class ResetDisksHandler(PortalOptions options, ResetDiskHandler reset, RollBacks rollBacks) : IHandler<ResetDisks, ResetDisksResult>
{
    private const int DisksMax = 16;

    public async Task<ResetDisksResult> RunAsync(ResetDisks request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (request.Disk.Count == 0) throw new OperationException(OperationErrors.Missing(nameof(request.Disk)), nameof(request.Disk));
        if (request.Disk.Count > DisksMax || request.Disk.DistinctBy(each => each.DiskId).Count() < request.Disk.Count)
            throw new OperationException(OperationErrors.Invalid(nameof(request.Disk), $"1–{DisksMax} different disks"), nameof(request.Disk));
        var done = new List<DiskResetProgress>();
        foreach (var (diskId, snapshotId) in request.Disk)
        {
            var (disk, snapshot) = await reset.CheckAsync(diskId, snapshotId, caller, cancel);
            if (disk.RegionId != region.RegionId) throw new OperationException(DiskErrors.NotFound, nameof(request.Disk));
            if (!request.DryRun) await rollBacks.RunAsync(disk, DiskRollBackKind.RollBack, snapshot, cancel);
            done.Add(new("Success", "", "", [new("DiskId", diskId), new("SnapshotId", snapshotId)]));
        }

        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return new(done);
    }
}
