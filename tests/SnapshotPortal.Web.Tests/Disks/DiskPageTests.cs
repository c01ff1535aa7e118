using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class DiskPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task An_unknown_disk_leads_to_those_that_exist()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show(owner, "d-00000000000000000000");

        Assert.Equal("There is no such disk", page.Find(".empty h1").TextContent);
    }

    [Fact]
    public async Task A_disk_of_another_account_does_not_exist_here()
    {
        var theirs = await Portal.NewDiskAsync(await Portal.NewAccountAsync(), "theirs");
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show(owner, theirs);

        Assert.Equal("There is no such disk", page.Find(".empty h1").TextContent);
    }

    [Fact]
    public async Task An_empty_disk_asks_for_content_before_it_can_be_snapshotted()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await SignInAsync(owner);

        var page = Show(owner, disk);

        Assert.True(page.Find(".page-head button.primary").HasAttribute("disabled"));
        Assert.Contains("Upload a raw image", page.Find(".first-step").TextContent, StringComparison.Ordinal);
        Assert.Equal((1L << 30).ToString(System.Globalization.CultureInfo.InvariantCulture), page.Find("disk-upload").GetAttribute("capacity"));
    }

    [Fact]
    public async Task Once_an_image_is_in_it_the_disk_can_be_snapshotted_without_a_reload()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await SignInAsync(owner);
        var page = Show(owner, disk);

        await Portal.FillAsync(owner, disk);

        page.WaitForAssertion(() => Assert.False(page.Find(".page-head button.primary").HasAttribute("disabled")));
        Assert.DoesNotContain("The disk is empty", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_may_download_but_neither_change_nor_upload()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        var viewer = await Portal.NewUserAsync(owner, AccountRole.Viewer);
        await SignInAsync(viewer);

        var page = Show(viewer, disk);

        Assert.Equal($"/a/{viewer.AccountId}/disks/{disk}/content", page.Find("a[download]").GetAttribute("href"));
        Assert.Empty(page.FindAll(".page-head button:not([data-copy]), disk-upload"));
    }

    private IRenderedComponent<DiskPage> Show(Caller caller, string disk) => Show<DiskPage>(caller, parameters: builder => builder.Add(page => page.DiskId, disk));
}
