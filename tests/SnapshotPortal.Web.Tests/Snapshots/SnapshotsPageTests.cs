using Bunit;
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
}
