using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class ResizeDiskDialogTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_smaller_size_is_refused_beside_its_field_and_a_larger_one_holds()
    {
        var owner = await Portal.NewAccountAsync();
        await Portal.NewDiskAsync(owner, "web");
        await SignInAsync(owner);
        var disk = Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks(), owner)).Disks);
        var dialog = Render<ResizeDiskDialog>(builder => builder.Add(each => each.Account, owner.AccountId).Add(each => each.Disk, disk));

        dialog.Find("#field-NewSize").Change("1");
        dialog.Find("form").Submit();
        dialog.WaitForAssertion(() => Assert.Contains("Disks only grow", dialog.Find("#field-NewSize-refusal").TextContent, StringComparison.Ordinal));

        dialog.Find("#field-NewSize").Change("3");
        dialog.Find("form").Submit();
        dialog.WaitForState(() => !dialog.Find("button[type=submit]").HasAttribute("disabled") && dialog.FindAll(".refusal").Count == 0);
        Assert.Equal(3, Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks(), owner)).Disks).Size);
    }
}
