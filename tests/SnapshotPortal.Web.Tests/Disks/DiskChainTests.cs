using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class DiskChainTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task The_chain_shows_kinds_and_which_snapshots_a_roll_back_left()
    {
        var (owner, disk) = await DiskAsync();
        var first = await TakeAsync(owner, disk, "first");
        await TakeAsync(owner, disk, "second");
        await Portal.Operations.RunAsync(new ResetDisk(disk, first), owner);
        await SignInAsync(owner);

        var page = Show(owner, disk);

        Assert.Equal(["Now", "Rolled back to first", "second", "first"], page.FindAll(".chain td.first strong, .chain td.first .name > a, .chain td.first .name > span:first-child").Select(each => each.TextContent.Trim()));
        Assert.Equal(["second"], page.FindAll(".chain tr.left td.first .name > a").Select(each => each.TextContent));
        Assert.Contains("Local", page.Find(".chain tbody tr:last-child").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rolling_back_tells_what_is_lost_and_can_be_undone_from_the_chain()
    {
        var (owner, disk) = await DiskAsync();
        await TakeAsync(owner, disk, "first");
        await Portal.FillAsync(owner, disk);
        await SignInAsync(owner);
        var dialogs = ShowDialogs();
        var page = Show(owner, disk);

        page.Find("button[aria-label='Roll back to first']").Click();
        dialogs.WaitForAssertion(() => Assert.Contains("64 KiB", dialogs.Find(".stays").TextContent, StringComparison.Ordinal));
        Assert.Contains("kept for 7 days", dialogs.Find(".stays").TextContent, StringComparison.Ordinal);
        dialogs.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Contains("Rolled back to", page.Find(".chain").TextContent, StringComparison.Ordinal));
        page.Find("button[aria-label^='Undo']").Click();
        dialogs.WaitForAssertion(() => Assert.Contains("Nothing was written", dialogs.Find(".stays").TextContent, StringComparison.Ordinal));
        dialogs.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("Roll back undone", page.Find(".chain").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_an_image_is_uploaded_rolling_back_is_disabled_and_says_why()
    {
        var (owner, disk) = await DiskAsync();
        await TakeAsync(owner, disk, "first");
        await Portal.Operations.RunAsync(new CreateDiskUpload(disk, 4096), owner);
        await SignInAsync(owner);

        var button = Show(owner, disk).Find("button[aria-label='Roll back to first']");

        Assert.True(button.HasAttribute("disabled"));
        Assert.Equal("An image is being uploaded to the disk.", button.GetAttribute("title"));
    }

    [Fact]
    public async Task A_viewer_sees_the_chain_without_anything_to_do()
    {
        var (owner, disk) = await DiskAsync();
        await TakeAsync(owner, disk, "first");
        var viewer = await Portal.NewUserAsync(owner, AccountRole.Viewer);
        await SignInAsync(viewer);

        var page = Show(viewer, disk);

        Assert.Equal(2, page.FindAll(".chain tbody tr").Count);
        Assert.Empty(page.FindAll(".chain button:not([data-copy])"));
    }

    private async Task<(Caller Owner, string Disk)> DiskAsync()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        return (owner, disk);
    }

    private async Task<string> TakeAsync(Caller owner, string disk, string name) =>
        (await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = name, InstantAccess = true }, owner)).SnapshotId;

    private IRenderedComponent<DiskPage> Show(Caller caller, string disk) => Show<DiskPage>(caller, parameters: builder => builder.Add(page => page.DiskId, disk));
}
