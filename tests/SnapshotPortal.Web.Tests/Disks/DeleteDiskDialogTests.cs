using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class DeleteDiskDialogTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_disk_that_was_never_written_to_goes_without_ado()
    {
        var (owner, dialog) = await OpenAsync(filled: false);

        Assert.Contains("nothing is lost", dialog.Markup, StringComparison.Ordinal);
        dialog.Find("form").Submit();

        dialog.WaitForState(() => !dialog.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.Empty((await Portal.Operations.RunAsync(new DescribeDisks(), owner)).Disks);
    }

    [Fact]
    public async Task Content_without_a_snapshot_goes_only_once_its_name_is_typed()
    {
        var (_, dialog) = await OpenAsync(filled: true);

        Assert.Contains("no snapshot", dialog.Markup, StringComparison.Ordinal);
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled"));
        dialog.Find("#confirm-name").Input("wrong");
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled"));
        dialog.Find("#confirm-name").Input("web");
        Assert.False(dialog.Find("button[type=submit]").HasAttribute("disabled"));
    }

    private async Task<(Caller Owner, IRenderedComponent<DeleteDiskDialog> Dialog)> OpenAsync(bool filled)
    {
        var owner = await Portal.NewAccountAsync();
        var id = await Portal.NewDiskAsync(owner, "web");
        if (filled)
            await Portal.FillAsync(owner, id);
        await SignInAsync(owner);
        var disk = Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks(), owner)).Disks);
        return (owner, Render<DeleteDiskDialog>(builder => builder.Add(each => each.Account, owner.AccountId).Add(each => each.Disk, disk)));
    }
}
