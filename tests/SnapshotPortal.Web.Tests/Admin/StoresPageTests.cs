using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Admin;

namespace SnapshotPortal.Web.Tests.Admin;

public sealed class StoresPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Who_is_no_administrator_sees_no_stores()
    {
        var owner = await Portal.NewAccountAsync();
        var member = await Portal.NewUserAsync(owner, AccountRole.Owner);
        await SignInAsync(member);

        var page = Show<StoresPage>(member with { AccountId = "" });

        Assert.Equal("This is not yours to see", page.Find(".empty h2").TextContent);
        Assert.Empty(page.FindAll("button"));
    }

    [Fact]
    public async Task A_pool_is_scrubbed_from_the_page_and_its_result_appears_there()
    {
        var owner = await Portal.NewAccountAsync();
        await Portal.FillAsync(owner, await Portal.NewDiskAsync(owner, "web"));
        await SignInAsync(owner);
        var page = Show<StoresPage>(owner with { AccountId = "" });

        page.Find("button[aria-label='Scrub the pool of local-1a']").Click();

        page.WaitForAssertion(() => Assert.Contains(page.FindAll("tr"), row => row.TextContent.Contains("local-1a", StringComparison.Ordinal) && row.TextContent.Contains("100 % read", StringComparison.Ordinal)));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("tr"), row => row.TextContent.Contains("Scrub local-1a", StringComparison.Ordinal) && row.TextContent.Contains("Sound", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_repository_is_verified_through_its_dialog_and_the_page_says_when()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<StoresPage>(owner with { AccountId = "" });
        var dialogs = ShowDialogs();

        page.Find("button[aria-label='Verify the repository of local-2']").Click();
        dialogs.WaitForElement("#field-Percent");
        dialogs.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Contains(page.FindAll("tr"), row => row.TextContent.Contains("Verify local-2", StringComparison.Ordinal) && row.TextContent.Contains("Sound", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_repository_without_unknown_snapshots_has_nothing_to_adopt()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var dialog = Render<AdoptSnapshotsDialog>(builder => builder.Add(each => each.RegionId, "local-2"));

        dialog.WaitForAssertion(() => Assert.Contains("belongs to an account already", dialog.Markup, StringComparison.Ordinal));
    }
}
