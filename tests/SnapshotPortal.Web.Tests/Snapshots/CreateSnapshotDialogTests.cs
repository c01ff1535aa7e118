using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Snapshots;

namespace SnapshotPortal.Web.Tests.Snapshots;

public sealed class CreateSnapshotDialogTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_local_snapshot_can_be_told_when_to_become_a_normal_one()
    {
        var (owner, dialog) = await OpenAsync("cloud_essd");

        dialog.Find("#field-SnapshotName").Change("quick");
        dialog.Find("#field-Category").Change("flash");
        dialog.Find("#field-InstantAccessRetentionDays").Change("3");
        dialog.Find("form").Submit();

        dialog.WaitForState(() => !dialog.Find("button[type=submit]").HasAttribute("disabled"));
        var made = Assert.Single((await Portal.Operations.RunAsync(new DescribeSnapshots(), owner)).Snapshots);
        Assert.Equal(("quick", "flash", 3, SnapshotStatus.Accomplished), (made.SnapshotName, made.Category, made.InstantAccessRetentionDays, made.Status));
    }

    [Fact]
    public async Task Where_a_disk_can_have_no_local_ones_the_choice_says_why()
    {
        var (_, dialog) = await OpenAsync("cloud_auto");

        Assert.True(dialog.Find("option[value=flash]").HasAttribute("disabled"));
        Assert.Contains("cloud_essd only", dialog.Find("#field-Category-hint").TextContent, StringComparison.Ordinal);
    }

    private async Task<(Caller Owner, IRenderedComponent<CreateSnapshotDialog> Dialog)> OpenAsync(string category)
    {
        var owner = await Portal.NewAccountAsync();
        var id = (await Portal.Operations.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = category, PerformanceLevel = category == "cloud_essd" ? "PL0" : null, Size = 1 }, owner)).DiskId;
        await Portal.FillAsync(owner, id);
        await SignInAsync(owner);
        var disk = Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks(), owner)).Disks);
        return (owner, Render<CreateSnapshotDialog>(builder => builder.Add(each => each.Account, owner.AccountId).Add(each => each.Disk, disk)));
    }
}
