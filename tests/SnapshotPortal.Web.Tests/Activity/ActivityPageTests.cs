using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Activity;

namespace SnapshotPortal.Web.Tests.Activity;

public sealed class ActivityPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task What_was_done_is_told_to_owners_and_to_nobody_else()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        var member = await Portal.NewUserAsync(owner, AccountRole.Operator);

        await SignInAsync(owner);
        var page = Show<ActivityPage>(owner, "q=" + disk);
        Assert.Equal("CreateDisk", Assert.Single(page.FindAll("td.first")).TextContent);

        await SignInAsync(member);
        Assert.Equal("This is not yours to see", Show<ActivityPage>(member).Find(".empty h2").TextContent);
    }
}
