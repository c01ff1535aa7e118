using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class DisksPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Without_disks_it_says_what_to_do_next()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show<DisksPage>(owner);

        Assert.Equal("No disks yet", page.Find(".empty h2").TextContent);
        Assert.Contains("Create disk", page.Find(".empty button").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_disks_come_in_pages_whose_number_is_in_the_address()
    {
        var owner = await Portal.NewAccountAsync();
        for (var i = 1; i <= 23; i++)
            await Portal.NewDiskAsync(owner, $"disk-{i:00}");
        await SignInAsync(owner);

        var page = Show<DisksPage>(owner, "sort=name&page=2");

        Assert.Equal(["disk-21", "disk-22", "disk-23"], page.FindAll("td.first .name > a").Select(link => link.TextContent));
        Assert.Contains("21–23 of 23", page.Find(".pager").TextContent, StringComparison.Ordinal);
        Assert.Equal($"/a/{owner.AccountId}/disks?sort=name", page.Find(".pager a[aria-label='Previous page']").GetAttribute("href"));
    }

    [Fact]
    public async Task A_search_without_a_match_leads_back_to_all()
    {
        var owner = await Portal.NewAccountAsync();
        await Portal.NewDiskAsync(owner, "web");
        await SignInAsync(owner);

        var page = Show<DisksPage>(owner, "q=nothing-like-it");

        Assert.Equal("No disk matches", page.Find(".empty h2").TextContent);
        Assert.Equal($"/a/{owner.AccountId}/disks", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public async Task A_viewer_sees_disks_but_cannot_create_any()
    {
        var owner = await Portal.NewAccountAsync();
        await Portal.NewDiskAsync(owner, "web");
        var viewer = await Portal.NewUserAsync(owner, AccountRole.Viewer);
        await SignInAsync(viewer);

        var page = Show<DisksPage>(viewer);

        Assert.Equal("web", page.Find("td.first .name > a").TextContent);
        Assert.Empty(page.FindAll("button.primary"));
    }

    [Fact]
    public async Task A_stranger_is_told_nothing_of_the_account()
    {
        var owner = await Portal.NewAccountAsync();
        await Portal.NewDiskAsync(owner, "secret");
        var stranger = await Portal.NewUserAsync(owner, AccountRole.None);
        await SignInAsync(stranger);

        var page = Show<DisksPage>(stranger);

        Assert.Equal("There is nothing here", page.Find(".empty h2").TextContent);
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_user_makes_appears_by_itself()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<DisksPage>(owner);

        await Portal.NewDiskAsync(owner, "from-elsewhere");

        page.WaitForAssertion(() => Assert.Equal("from-elsewhere", page.Find("td.first .name > a").TextContent));
    }
}
