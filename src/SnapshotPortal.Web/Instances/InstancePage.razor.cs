using System.Globalization;
using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Disks;
using SnapshotPortal.Web.Exports;

namespace SnapshotPortal.Web.Instances;

/// <summary>An instance: its disks, how a machine connects to them, who is connected.</summary>
public sealed partial class InstancePage(DialogService dialogs)
{
    private InstanceInfo? instance;
    private IReadOnlyList<DiskInfo> disks = [];
    private IReadOnlyList<ExportConnectionInfo> connections = [];
    private ConnectInstanceResult? connect;
    private string connectDisk = "";
    private int connectAddress;
    private OperationError? problem;
    private bool missing;

    [Parameter]
    public string InstanceId { get; set; } = "";

    private string Title => instance?.InstanceName ?? InstanceId;

    private IReadOnlyList<ConnectionLine>? Lines => connect?.Disks.FirstOrDefault(disk => string.Equals(disk.DiskId, connectDisk, StringComparison.Ordinal)) is { } disk
        ? ConnectionLines.ForDisk(connect.Addresses[connectAddress], disk.ExportName)
        : null;

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Instance or ResourceKind.Disk;

    protected override async Task LoadAsync()
    {
        var found = await RunAsync(new DescribeInstances { InstanceIds = [InstanceId] });
        missing = found.Instances.Count == 0;
        instance = missing ? null : found.Instances[0];
        if (instance is null)
            return;

        disks = [.. (await RunAsync(new DescribeDisks { InstanceId = InstanceId, PageSize = 100 })).Disks.OrderBy(disk => disk.Device, StringComparer.Ordinal)];
        connections = (await RunAsync(new DescribeExports([.. disks.Select(disk => disk.DiskId)]))).Connections;
        if (connect is not null && !connect.Disks.Select(disk => disk.DiskId).SequenceEqual(disks.Select(disk => disk.DiskId), StringComparer.Ordinal))
            connect = null; // other disks have other names
    }

    private bool CanDetach(DiskInfo disk) => disk.Status is DiskStatus.InUse
        && (string.Equals(instance?.Status, InstanceStatus.Stopped, StringComparison.Ordinal) || (string.Equals(instance?.Status, InstanceStatus.Running, StringComparison.Ordinal) && disk.Type is not "system"));

    private static string NameOf(DiskInfo disk) => disk.DiskName.Length > 0 ? disk.DiskName : disk.DiskId;

    private string NameOfDisk(string diskId) => disks.FirstOrDefault(disk => string.Equals(disk.DiskId, diskId, StringComparison.Ordinal)) is { } disk ? $"{disk.Device} · {NameOf(disk)}" : diskId;

    private static string AddressName(ExportAddress address) => address.SocketPath is { } path
        ? $"Unix socket {path}"
        : string.Create(CultureInfo.InvariantCulture, $"TCP {address.Host}:{address.Port}{(address.UsesTls ? " with TLS" : "")}");

    private Task StartAsync() => TryAsync(() => RunAsync(new StartInstance(InstanceId)));

    private Task StopAsync() => ConfirmAsync<StopInstanceDialog>("Stop instance");

    private Task RebootAsync() => TryAsync(() => RunAsync(new RebootInstance(InstanceId)));

    private Task EditAsync() => ConfirmAsync<EditInstanceDialog>("Edit instance");

    private async Task ReleaseAsync()
    {
        var released = await dialogs.OpenAsync<ReleaseInstanceDialog>("Release instance", new()
        {
            [nameof(ReleaseInstanceDialog.Account)] = Account,
            [nameof(ReleaseInstanceDialog.Instance)] = instance,
            [nameof(ReleaseInstanceDialog.Disks)] = disks,
        }, PortalDialog.Narrow);
        if (released is true)
            Navigation.NavigateTo(PortalUrls.Instances(Account));
    }

    private Task AttachAsync() => dialogs.OpenAsync<AttachDiskDialog>(
        "Attach disk", new() { [nameof(AttachDiskDialog.Account)] = Account, [nameof(AttachDiskDialog.Instance)] = instance }, PortalDialog.Narrow);

    private Task DetachAsync(DiskInfo disk) => dialogs.OpenAsync<DetachDiskDialog>(
        "Detach disk", new() { [nameof(DetachDiskDialog.Account)] = Account, [nameof(DetachDiskDialog.Disk)] = disk }, PortalDialog.Narrow);

    private Task ConnectAsync() => TryAsync(async () =>
    {
        connect = await RunAsync(new ConnectInstance(InstanceId));
        connectDisk = connect.Disks.Count > 0 ? connect.Disks[0].DiskId : "";
        connectAddress = 0;
    });

    private Task ConfirmAsync<TDialog>(string title)
        where TDialog : ComponentBase => dialogs.OpenAsync<TDialog>(title, new() { ["Account"] = Account, ["Instance"] = instance }, PortalDialog.Narrow);

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            problem = null;
            await action();
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
        }
    }
}
