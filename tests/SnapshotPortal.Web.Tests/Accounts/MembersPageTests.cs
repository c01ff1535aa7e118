using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Accounts;

namespace SnapshotPortal.Web.Tests.Accounts;

public sealed class MembersPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task The_last_owner_keeps_the_role_and_the_page_says_why()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<MembersPage>(owner);

        page.Find("select.role").Change(nameof(AccountRole.Viewer));

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".note.bad")));
        Assert.Equal(AccountRole.Owner, Assert.Single((await Portal.Operations.RunAsync(new DescribeMembers(), owner)).Members).Role);
    }

    [Fact]
    public async Task An_operator_sees_the_members_but_cannot_change_them()
    {
        var owner = await Portal.NewAccountAsync();
        var member = await Portal.NewUserAsync(owner, AccountRole.Operator);
        await SignInAsync(member);

        var page = Show<MembersPage>(member);

        Assert.Equal(2, page.FindAll("tbody tr").Count);
        Assert.Empty(page.FindAll("select, button"));
    }
}
