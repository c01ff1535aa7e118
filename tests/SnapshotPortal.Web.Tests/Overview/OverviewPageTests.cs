using Bunit;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Overview;

namespace SnapshotPortal.Web.Tests.Overview;

public sealed class OverviewPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_new_account_is_led_to_its_first_snapshot()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show<OverviewPage>(owner);

        Assert.Equal(3, page.FindAll(".start li").Count);
        Assert.Equal($"/a/{owner.AccountId}/disks", page.Find(".start a").GetAttribute("href"));
    }

    [Fact]
    public async Task What_there_is_is_counted_and_follows_what_happens()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        await SignInAsync(owner);
        var page = Show<OverviewPage>(owner);
        Assert.Equal(["1", "0", "0 B", "0"], page.FindAll(".figure .value").Select(value => value.TextContent));

        await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "first" }, owner);

        page.WaitForAssertion(() =>
        {
            Assert.Equal("1", page.FindAll(".figure .value")[1].TextContent);
            Assert.NotEqual("0 B", page.FindAll(".figure .value")[2].TextContent);
        });
    }
}
