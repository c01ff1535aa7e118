using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Accounts;

namespace SnapshotPortal.Web.Tests.Accounts;

public sealed class InvitationsPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_link_is_shown_once_and_the_invitation_can_be_taken_back()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var dialog = Render<InviteDialog>(builder => builder.Add(each => each.Account, owner.AccountId));
        dialog.Find("#field-Email").Change("new@example.com");
        dialog.Find("form").Submit();
        dialog.WaitForAssertion(() => Assert.Contains("/join/", dialog.Find(".secret").TextContent, StringComparison.Ordinal));

        var page = Show<MembersPage>(owner);
        Assert.Contains("new@example.com", page.Markup, StringComparison.Ordinal);
        page.Find("button[aria-label='Take back the invitation for new@example.com']").Click();
        page.WaitForAssertion(() => Assert.DoesNotContain("new@example.com", page.Markup, StringComparison.Ordinal));
        Assert.Empty((await Portal.Operations.RunAsync(new DescribeInvitations(), owner)).Invitations);
    }

    [Fact]
    public async Task A_member_is_suspended_and_resumed()
    {
        var owner = await Portal.NewAccountAsync();
        var member = await Portal.NewUserAsync(owner, AccountRole.Operator);
        await SignInAsync(owner);
        var page = Show<MembersPage>(owner);
        var email = await Portal.EmailAsync(member);
        page.Find($"button[aria-label='Suspend {email}']").Click();
        page.WaitForAssertion(() => Assert.Contains("Suspended", page.Find(".badge.warn").TextContent, StringComparison.Ordinal));
        page.Find($"button[aria-label='Resume {email}']").Click();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".badge.warn")));
    }

    [Fact]
    public async Task A_removed_member_is_out_of_an_open_page_at_once()
    {
        var owner = await Portal.NewAccountAsync();
        var member = await Portal.NewUserAsync(owner, AccountRole.Operator);
        await Portal.NewDiskAsync(owner, "secret-disk");
        await SignInAsync(member);
        var page = Show<SnapshotPortal.Web.Disks.DisksPage>(member);
        Assert.Contains("secret-disk", page.Markup, StringComparison.Ordinal);
        await Portal.Operations.RunAsync(new RemoveMember(member.UserId), owner);
        page.WaitForAssertion(() => Assert.DoesNotContain("secret-disk", page.Markup, StringComparison.Ordinal));
    }
}
