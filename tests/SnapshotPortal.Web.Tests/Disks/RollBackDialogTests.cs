using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class RollBackDialogTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_disk_of_a_running_instance_is_rolled_back_by_stopping_and_starting_that()
    {
        var (owner, instance, diskId, snapshotId) = await RunningAsync();
        var dialog = await OpenAsync(owner, diskId, snapshotId);
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled"));

        dialog.Find("input[type=checkbox]").Change(true);
        dialog.WaitForAssertion(() => Assert.Equal("Stop, roll back, start", dialog.Find("button[type=submit]").TextContent));
        dialog.Find("form").Submit();

        dialog.WaitForState(() => !dialog.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.Equal(DiskRollBackKind.RollBack, Assert.Single((await Portal.Operations.RunAsync(new DescribeRollBacks(diskId), owner)).RollBacks).Kind);
        Assert.Equal(InstanceStatus.Running, Assert.Single((await Portal.Operations.RunAsync(new DescribeInstances { InstanceIds = [instance] }, owner)).Instances).Status);
    }

    [Fact]
    public async Task What_is_refused_leaves_the_instance_running()
    {
        var (owner, instance, diskId, snapshotId) = await RunningAsync();
        var dialog = await OpenAsync(owner, diskId, snapshotId);
        await Portal.Operations.RunAsync(new DeleteSnapshot(snapshotId), owner);

        dialog.Find("input[type=checkbox]").Change(true);
        dialog.Find("form").Submit();

        dialog.WaitForAssertion(() => Assert.Contains("There is no such snapshot", dialog.Markup, StringComparison.Ordinal));
        Assert.Equal(InstanceStatus.Running, Assert.Single((await Portal.Operations.RunAsync(new DescribeInstances { InstanceIds = [instance] }, owner)).Instances).Status);
    }

    private async Task<(Caller Owner, string Instance, string Disk, string Snapshot)> RunningAsync()
    {
        var owner = await Portal.NewAccountAsync();
        var image = (await Portal.Operations.RunAsync(new DescribeImages { RegionId = "local-1", ImageOwnerAlias = "system" }, owner)).Images[0].ImageId;
        var instance = (await Portal.Operations.RunAsync(new RunInstances("local-1") { ImageId = image, InstanceType = "ecs.g7.large", ZoneId = "local-1a" }, owner)).InstanceIdSets.Single();
        var disk = await Portal.NewDiskAsync(owner, "data");
        await Portal.FillAsync(owner, disk);
        await Portal.Operations.RunAsync(new AttachDisk(disk, instance), owner);
        var snapshot = (await Portal.Operations.RunAsync(new CreateSnapshot(disk) { InstantAccess = true }, owner)).SnapshotId;
        return (owner, instance, disk, snapshot);
    }

    private async Task<IRenderedComponent<RollBackDialog>> OpenAsync(Caller owner, string diskId, string snapshotId)
    {
        await SignInAsync(owner);
        var disk = Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks { DiskIds = [diskId] }, owner)).Disks);
        var snapshot = Assert.Single((await Portal.Operations.RunAsync(new DescribeSnapshots { SnapshotIds = [snapshotId] }, owner)).Snapshots);
        var dialog = Render<RollBackDialog>(builder => builder.Add(each => each.Account, owner.AccountId).Add(each => each.Disk, disk).Add(each => each.Snapshot, snapshot));
        dialog.WaitForElement(".stays");
        return dialog;
    }
}
