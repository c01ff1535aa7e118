using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Snapshots;

namespace SnapshotPortal.Web.Tests.Snapshots;

public sealed class SnapshotPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task An_unknown_snapshot_leads_to_those_that_exist()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show(owner, "s-00000000000000000000");

        Assert.Equal("There is no such snapshot", page.Find(".empty h1").TextContent);
    }

    [Fact]
    public async Task While_the_page_is_open_the_snapshot_becomes_accomplished_and_says_what_it_stored()
    {
        var (owner, snapshot) = await TakeAsync();
        await SignInAsync(owner);

        var page = Show(owner, snapshot);

        page.WaitForAssertion(() => Assert.Equal("Accomplished", page.Find(".page-head .badge").TextContent));
        Assert.Contains("Full: everything that was written", page.Find(".figures").TextContent, StringComparison.Ordinal);
        Assert.Contains("64 KiB", page.Find(".figures").TextContent, StringComparison.Ordinal);
        Assert.Equal($"/a/{owner.AccountId}/snapshots/{snapshot}/content", page.Find("a[download]").GetAttribute("href"));
    }

    [Fact]
    public async Task A_viewer_may_only_look_and_download()
    {
        var (owner, snapshot) = await TakeAsync();
        var viewer = await Portal.NewUserAsync(owner, AccountRole.Viewer);
        await SignInAsync(viewer);

        var page = Show(viewer, snapshot);

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("a[download]")));
        Assert.Empty(page.FindAll(".page-head button:not([data-copy])"));
    }

    [Fact]
    public async Task The_dialog_tells_what_goes_and_what_stays_before_it_deletes()
    {
        var (owner, snapshot) = await TakeAsync();
        await SignInAsync(owner);
        var page = Show(owner, snapshot);
        page.WaitForAssertion(() => Assert.Equal("Accomplished", page.Find(".page-head .badge").TextContent));
        var info = Assert.Single((await Portal.Operations.RunAsync(new DescribeSnapshots(), owner)).Snapshots);

        var dialog = Render<DeleteSnapshotDialog>(builder => builder.Add(each => each.Account, owner.AccountId).Add(each => each.Snapshot, info));

        Assert.Contains("cannot be restored any more", dialog.Find(".stays").TextContent, StringComparison.Ordinal);
        Assert.Contains("All other snapshots stay whole", dialog.Find(".stays").TextContent, StringComparison.Ordinal);
        dialog.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Equal("There is no such snapshot", page.Find(".empty h1").TextContent));
    }

    [Fact]
    public async Task A_local_snapshot_becomes_a_normal_one_while_its_page_is_open()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        var snapshot = (await Portal.Operations.RunAsync(new CreateSnapshot(disk) { InstantAccess = true }, owner)).SnapshotId;
        await SignInAsync(owner);
        var dialogs = ShowDialogs();
        var page = Show(owner, snapshot);
        Assert.Equal("Local", page.Find(".page-head .badge.plain").TextContent);

        page.FindAll(".page-head button").Single(button => button.TextContent.Contains("Make normal", StringComparison.Ordinal)).Click();
        dialogs.WaitForElement("form").Submit();

        page.WaitForAssertion(() => Assert.Equal("Normal, full", page.Find(".page-head .badge.plain").TextContent));
        Assert.Contains("64 KiB", page.Find(".figures").TextContent, StringComparison.Ordinal);
    }

    private async Task<(Caller Owner, string Snapshot)> TakeAsync()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        var made = await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "first" }, owner);
        return (owner, made.SnapshotId);
    }

    private IRenderedComponent<SnapshotPage> Show(Caller caller, string snapshot) =>
        Show<SnapshotPage>(caller, parameters: builder => builder.Add(page => page.SnapshotId, snapshot));
}
