using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Snapshots;

namespace SnapshotPortal.Web.Tests.Snapshots;

public sealed class SnapshotsPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Without_snapshots_it_says_where_they_come_from()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show<SnapshotsPage>(owner);

        Assert.Equal("No snapshots yet", page.Find(".empty h2").TextContent);
        Assert.Equal($"/a/{owner.AccountId}/disks", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public async Task The_order_of_the_address_is_the_order_of_the_rows_and_is_told_to_screen_readers()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        foreach (var name in (string[])["beta", "alpha", "gamma"])
            await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = name }, owner);
        await SignInAsync(owner);

        var page = Show<SnapshotsPage>(owner, "sort=name");

        Assert.Equal(["alpha", "beta", "gamma"], page.FindAll("td.first .name > a").Select(link => link.TextContent));
        Assert.Equal("ascending", page.Find("th[aria-sort]").GetAttribute("aria-sort"));
    }

    [Fact]
    public async Task Of_several_selected_ones_each_is_deleted_or_says_why_not()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        var used = (await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "used", InstantAccess = true }, owner)).SnapshotId;
        await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "free", InstantAccess = true }, owner);
        await Portal.Operations.RunAsync(new CreateDisk("local-1", "local-1a") { SnapshotId = used, DiskCategory = "cloud_essd", PerformanceLevel = "PL0" }, owner);
        await SignInAsync(owner);
        var dialogs = ShowDialogs();
        var page = Show<SnapshotsPage>(owner);

        page.Find("thead input[type=checkbox]").Change(true);
        Assert.Contains("2 selected", page.Find(".selection").TextContent, StringComparison.Ordinal);
        page.FindAll(".selection button").Single(button => button.TextContent.Contains("Delete", StringComparison.Ordinal)).Click();
        dialogs.WaitForElement("form .stays");
        dialogs.Find("form").Submit();

        dialogs.WaitForAssertion(() => Assert.Contains("1 of 2 deleted, 1 refused", dialogs.Find(".outcomes").TextContent, StringComparison.Ordinal));
        Assert.Contains("Disks were made from this snapshot", dialogs.Find(".outcomes table").TextContent, StringComparison.Ordinal);
        Assert.Equal("used", Assert.Single((await Portal.Operations.RunAsync(new DescribeSnapshots(), owner)).Snapshots).SnapshotName);
    }

    [Fact]
    public async Task The_list_can_be_had_by_kind_and_its_file_has_the_same_filters()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "local", InstantAccess = true }, owner);
        await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "normal" }, owner);
        await SignInAsync(owner);

        var page = Show<SnapshotsPage>(owner, "kind=flash");

        Assert.Equal(["local"], page.FindAll("td.first .name > a").Select(link => link.TextContent));
        Assert.Equal($"/a/{owner.AccountId}/snapshots.csv?kind=flash", page.Find("a[download]").GetAttribute("href"));
    }
}
