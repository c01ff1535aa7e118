using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Accounts;
using SnapshotPortal.Web.Developer;

namespace SnapshotPortal.Web.Tests.Accounts;

public sealed class AccessKeysPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task The_secret_is_shown_once_and_the_key_stands_in_the_list()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<AccessKeysPage>(owner);
        var dialogs = ShowDialogs();

        page.Find("button.primary").Click();
        dialogs.WaitForElement("#field-Name").Change("nightly-backup");
        dialogs.Find("form").Submit();

        dialogs.WaitForState(() => dialogs.FindAll(".facts dd").Count == 2);
        var shown = dialogs.FindAll(".facts .copyable > span").Select(each => each.TextContent).ToList();
        page.WaitForAssertion(() => Assert.Contains(shown[0], page.Find("tbody tr").TextContent, StringComparison.Ordinal));
        Assert.Equal(40, shown[1].Length);
        Assert.DoesNotContain(shown[1], page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_disabled_before_it_is_deleted()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        await Portal.Operations.RunAsync(new CreateAccessKey("old"), owner);
        var page = Show<AccessKeysPage>(owner);
        var dialogs = ShowDialogs();

        Assert.Empty(page.FindAll("button.danger"));
        page.Find("button[aria-label='Disable old']").Click();
        page.WaitForElement("button[aria-label='Delete old']").Click();
        dialogs.WaitForElement("form").Submit();

        page.WaitForAssertion(() => Assert.Contains("No access keys yet", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_is_refused_is_told_beside_its_field()
    {
        var viewer = await Portal.NewUserAsync(await Portal.NewAccountAsync(), AccountRole.Viewer);
        await SignInAsync(viewer);
        var page = Show<AccessKeysPage>(viewer);
        var dialogs = ShowDialogs();

        page.Find("button.primary").Click();
        dialogs.WaitForElement("#field-Name").Change("1");
        Assert.Equal(["read only"], dialogs.FindAll("option").Select(option => option.TextContent));
        dialogs.Find("form").Submit();

        dialogs.WaitForElement("#field-Name-refusal");
    }

    [Fact]
    public async Task The_developer_page_tells_where_to_call_and_what_is_supported()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show<DeveloperPage>(owner);

        Assert.Contains("No calls yet", page.Markup, StringComparison.Ordinal);
        Assert.Equal(6, page.FindAll("details").Count);
        Assert.Equal(74, page.FindAll("td.names").Sum(cell => cell.TextContent.Split(", ").Count(name => name != "–")));
        Assert.Contains("local-1", page.Find("pre").TextContent, StringComparison.Ordinal);
    }
}
