using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class ChangeCategoryDialogTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Categories_that_allow_the_size_are_offered_and_the_chosen_one_holds()
    {
        var owner = await Portal.NewAccountAsync();
        var made = await Portal.Operations.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL1", Size = 100 }, owner);
        await SignInAsync(owner);
        var dialog = Render<ChangeCategoryDialog>(builder => builder.Add(each => each.Account, owner.AccountId).Add(each => each.Disk, Find()));
        dialog.WaitForElement("form");

        var offered = dialog.FindAll("option").Select(option => option.TextContent).ToList();
        Assert.Contains("Standard SSD", offered);
        Assert.DoesNotContain("ESSD PL2", offered); // begins at 461 GiB
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled")); // nothing is changed yet
        dialog.Find("#field-PerformanceLevel").Change(offered.IndexOf("Standard SSD").ToString(System.Globalization.CultureInfo.InvariantCulture));
        dialog.WaitForAssertion(() => Assert.Contains("4,800 IOPS, 170 MB/s", dialog.Markup, StringComparison.Ordinal));
        dialog.Find("form").Submit();

        dialog.WaitForAssertion(() => Assert.Equal("cloud_ssd", Find().Category));

        DiskInfo Find() => Portal.Operations.RunAsync(new DescribeDisks { DiskIds = [made.DiskId] }, owner).GetAwaiter().GetResult().Disks[0];
    }
}
