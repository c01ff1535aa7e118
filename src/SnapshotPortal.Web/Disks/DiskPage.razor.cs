using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Snapshots;

namespace SnapshotPortal.Web.Disks;

/// <summary>A disk: what it is, its content in and out, its snapshots.</summary>
public sealed partial class DiskPage(DialogService dialogs)
{
    private const int SnapshotsShown = 10;
    private DiskInfo? disk;
    private DescribeSnapshotsResult? snapshots;
    private IReadOnlyDictionary<string, JobInfo> jobs = new Dictionary<string, JobInfo>(StringComparer.Ordinal);
    private JobInfo? job;
    private bool missing;

    [Parameter]
    public string DiskId { get; set; } = "";

    private string Title => disk is { DiskName.Length: > 0 } ? disk.DiskName : DiskId;

    private bool CanSnapshot => disk is { HasBeenUsed: true, Status: DiskStatus.Available or DiskStatus.InUse };

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
        job = await FindJobAsync(disk.JobId);
    }

    private async Task SnapshotAsync()
    {
        var made = await dialogs.OpenAsync<CreateSnapshotDialog>(
            "Create snapshot", new() { [nameof(CreateSnapshotDialog.Account)] = Account, [nameof(CreateSnapshotDialog.Disk)] = disk }, PortalDialog.Narrow);
        if (made is string snapshotId)
            Navigation.NavigateTo(PortalUrls.Snapshot(Account, snapshotId));
    }

    private Task EditAsync() => dialogs.OpenAsync<EditDiskDialog>(
        "Edit disk", new() { [nameof(EditDiskDialog.Account)] = Account, [nameof(EditDiskDialog.Disk)] = disk }, PortalDialog.Narrow);

    private async Task DeleteAsync()
    {
        var deleted = await dialogs.OpenAsync<DeleteDiskDialog>(
            "Delete disk", new() { [nameof(DeleteDiskDialog.Account)] = Account, [nameof(DeleteDiskDialog.Disk)] = disk }, PortalDialog.Narrow);
        if (deleted is true)
            Navigation.NavigateTo(PortalUrls.Disks(Account));
    }
}
