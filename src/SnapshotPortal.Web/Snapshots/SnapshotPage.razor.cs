using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Snapshots;

/// <summary>A snapshot: how far it is, what it stored, what can be made of it.</summary>
public sealed partial class SnapshotPage(DialogService dialogs)
{
    private SnapshotInfo? snapshot;
    private JobInfo? job;
    private OperationError? problem;
    private bool missing;

    [Parameter]
    public string SnapshotId { get; set; } = "";

    private string Title => snapshot is { SnapshotName.Length: > 0 } ? snapshot.SnapshotName : SnapshotId;

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Snapshot or ResourceKind.Job or ResourceKind.Disk;

    protected override async Task LoadAsync()
    {
        var found = await RunAsync(new DescribeSnapshots { SnapshotIds = [SnapshotId] });
        missing = found.Snapshots.Count == 0;
        snapshot = missing ? null : found.Snapshots[0];
        job = snapshot is { Status: not SnapshotStatus.Accomplished } ? await FindJobAsync(snapshot.JobId) : null;
    }

    private async Task RetryAsync()
    {
        try
        {
            problem = null;
            await RunAsync(new RetryJob(job!.JobId));
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
        }
    }

    private async Task CreateDiskAsync()
    {
        var made = await dialogs.OpenAsync<CreateDiskDialog>(
            "Create disk from snapshot", new() { [nameof(CreateDiskDialog.Account)] = Account, [nameof(CreateDiskDialog.SnapshotId)] = SnapshotId }, PortalDialog.Wide);
        if (made is string diskId)
            Navigation.NavigateTo(PortalUrls.Disk(Account, diskId));
    }

    private Task EditAsync() => dialogs.OpenAsync<EditSnapshotDialog>(
        "Edit snapshot", new() { [nameof(EditSnapshotDialog.Account)] = Account, [nameof(EditSnapshotDialog.Snapshot)] = snapshot }, PortalDialog.Narrow);

    private async Task DeleteAsync()
    {
        var deleted = await dialogs.OpenAsync<DeleteSnapshotDialog>(
            "Delete snapshot", new() { [nameof(DeleteSnapshotDialog.Account)] = Account, [nameof(DeleteSnapshotDialog.Snapshot)] = snapshot }, PortalDialog.Narrow);
        if (deleted is true)
            Navigation.NavigateTo(PortalUrls.Snapshots(Account));
    }
}
