using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Admin;

namespace SnapshotPortal.Web.Tests.Admin;

public sealed class UsersPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Who_is_no_administrator_sees_no_users()
    {
        var owner = await Portal.NewAccountAsync();
        var member = await Portal.NewUserAsync(owner, AccountRole.Owner);
        await SignInAsync(member);

        var page = Show<UsersPage>(member with { AccountId = "" });

        Assert.Equal("This is not yours to see", page.Find(".empty h2").TextContent);
        Assert.Empty(page.FindAll("button"));
    }

    [Fact]
    public async Task A_new_user_gets_a_one_time_password_that_is_shown_once()
    {
        await SignInAsync(await Portal.NewAccountAsync());
        var dialog = Render<CreateUserDialog>();

        dialog.Find("#field-Email").Change("new.colleague@example.com");
        dialog.Find("form").Submit();

        dialog.WaitForAssertion(() => Assert.Equal(20, dialog.Find(".secret .copyable > span").TextContent.Length));
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused_beside_its_field()
    {
        await SignInAsync(await Portal.NewAccountAsync());
        var dialog = Render<CreateUserDialog>();

        dialog.Find("#field-Email").Change("nobody");
        dialog.Find("form").Submit();

        dialog.WaitForAssertion(() => Assert.NotEmpty(dialog.Find("#field-Email-refusal").TextContent));
    }
}
