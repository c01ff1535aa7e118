using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
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
    private DiskInfo? disk;
    private OperationError? problem;
    private bool missing;

    [Parameter]
    public string SnapshotId { get; set; } = "";

    private string Title => snapshot is { SnapshotName.Length: > 0 } ? snapshot.SnapshotName : SnapshotId;

    private bool IsLocal => snapshot is { Category: SnapshotCategory.Flash };

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Snapshot or ResourceKind.Job or ResourceKind.Disk;

    protected override async Task LoadAsync()
    {
        var found = await RunAsync(new DescribeSnapshots { SnapshotIds = [SnapshotId] });
        missing = found.Snapshots.Count == 0;
        snapshot = missing ? null : found.Snapshots[0];
        disk = snapshot is { SourceDiskName: not null } && (await RunAsync(new DescribeDisks { DiskIds = [snapshot.SourceDiskId] })).Disks is [var source] ? source : null;
        job = snapshot is { Status: not SnapshotStatus.Accomplished } ? await FindJobAsync(snapshot.JobId) : null;
    }

    private Task RetryAsync() => TryAsync(new RetryJob(job!.JobId));

    private Task CancelAsync() => TryAsync(new CancelJob(job!.JobId));

    private async Task TryAsync(IOperation<Done> operation)
    {
        try
        {
            problem = null;
            await RunAsync(operation);
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
        }
    }

    private async Task RollBackAsync()
    {
        var done = await dialogs.OpenAsync<RollBackDialog>(
            "Roll back disk",
            new() { [nameof(RollBackDialog.Account)] = Account, [nameof(RollBackDialog.Disk)] = disk, [nameof(RollBackDialog.Snapshot)] = snapshot },
            PortalDialog.Narrow);
        if (done is true)
            Navigation.NavigateTo(PortalUrls.Disk(Account, disk!.DiskId));
    }

    private Task MakeNormalAsync() => dialogs.OpenAsync<MakeNormalDialog>(
        "Make a normal snapshot", new() { [nameof(MakeNormalDialog.Account)] = Account, [nameof(MakeNormalDialog.Snapshot)] = snapshot }, PortalDialog.Narrow);

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
