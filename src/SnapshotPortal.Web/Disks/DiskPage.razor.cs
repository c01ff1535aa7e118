using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Snapshots;

namespace SnapshotPortal.Web.Disks;

/// <summary>A disk: what it is, its content in and out, its snapshots.</summary>
public sealed partial class DiskPage(DialogService dialogs)
{
    private const int SnapshotsShown = 20;
    private DiskInfo? disk;
    private DescribeSnapshotsResult? snapshots;
    private IReadOnlyDictionary<string, JobInfo> jobs = new Dictionary<string, JobInfo>(StringComparer.Ordinal);
    private IReadOnlyList<RollBackInfo> rollBacks = [];
    private JobInfo? job;
    private bool missing;

    [Parameter]
    public string DiskId { get; set; } = "";

    private string Title => disk is { DiskName.Length: > 0 } ? disk.DiskName : DiskId;

    private bool CanSnapshot => disk is { HasBeenUsed: true, Status: DiskStatus.Available or DiskStatus.InUse };

    /// <summary>Why the disk's content cannot be exchanged now, nor its size; null where they can.</summary>
    private string? WhyNot => disk switch
    {
        { UploadId: not null } => "An image is being uploaded to the disk.",
        { SnapshotsInProgress: > 0 } => "A snapshot of the disk is still being made.",
        { Status: DiskStatus.Available or DiskStatus.InUse } => null,
        _ => "The disk is not available.",
    };

    private string? WhyNotReInit => WhyNot ?? (disk switch
    {
        { InstanceStatus: not InstanceStatus.Stopped } => "Stop its instance first.",
        { LocalSnapshotCount: > 0 } => "It has local snapshots: make normal ones of them, or delete them first.",
        _ => null,
    });

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Disk or ResourceKind.Snapshot or ResourceKind.Job;

    protected override async Task LoadAsync()
    {
        var found = await RunAsync(new DescribeDisks { DiskIds = [DiskId] });
        missing = found.Disks.Count == 0;
        disk = missing ? null : found.Disks[0];
        if (disk is null)
            return;

        snapshots = await RunAsync(new DescribeSnapshots { DiskId = DiskId, PageSize = SnapshotsShown });
        jobs = await RunningJobsAsync(snapshots.Snapshots);
        rollBacks = (await RunAsync(new DescribeRollBacks(DiskId))).RollBacks;
        job = await FindJobAsync(disk.JobId);
    }

    private async Task SnapshotAsync()
    {
        var made = await dialogs.OpenAsync<CreateSnapshotDialog>(
            "Create snapshot", new() { [nameof(CreateSnapshotDialog.Account)] = Account, [nameof(CreateSnapshotDialog.Disk)] = disk }, PortalDialog.Narrow);
        if (made is string snapshotId)
            Navigation.NavigateTo(PortalUrls.Snapshot(Account, snapshotId));
    }

    private Task RollBackAsync(SnapshotInfo? snapshot, RollBackInfo? rollBack) => dialogs.OpenAsync<RollBackDialog>(
        rollBack is null ? "Roll back disk" : "Bring back the state before",
        new()
        {
            [nameof(RollBackDialog.Account)] = Account,
            [nameof(RollBackDialog.Disk)] = disk,
            [nameof(RollBackDialog.Snapshot)] = snapshot,
            [nameof(RollBackDialog.RollBack)] = rollBack,
        },
        PortalDialog.Narrow);

    private Task ReInitAsync() => dialogs.OpenAsync<ReInitDiskDialog>(
        "Re-initialise disk", new() { [nameof(ReInitDiskDialog.Account)] = Account, [nameof(ReInitDiskDialog.Disk)] = disk }, PortalDialog.Narrow);

    private Task ResizeAsync() => dialogs.OpenAsync<ResizeDiskDialog>(
        "Enlarge disk", new() { [nameof(ResizeDiskDialog.Account)] = Account, [nameof(ResizeDiskDialog.Disk)] = disk }, PortalDialog.Narrow);

    private Task EditAsync() => dialogs.OpenAsync<EditDiskDialog>(
        "Edit disk", new() { [nameof(EditDiskDialog.Account)] = Account, [nameof(EditDiskDialog.Disk)] = disk }, PortalDialog.Narrow);

    private async Task ChangeCategoryAsync()
    {
        await dialogs.OpenAsync<ChangeCategoryDialog>(
            "Change category", new() { [nameof(ChangeCategoryDialog.Account)] = Account, [nameof(ChangeCategoryDialog.Disk)] = disk }, PortalDialog.Narrow);
    }

    private async Task DeleteAsync()
    {
        var deleted = await dialogs.OpenAsync<DeleteDiskDialog>(
            "Delete disk", new() { [nameof(DeleteDiskDialog.Account)] = Account, [nameof(DeleteDiskDialog.Disk)] = disk }, PortalDialog.Narrow);
        if (deleted is true)
            Navigation.NavigateTo(PortalUrls.Disks(Account));
    }
}
