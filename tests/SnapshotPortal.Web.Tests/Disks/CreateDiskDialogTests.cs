using Bunit;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Disks;

namespace SnapshotPortal.Web.Tests.Disks;

public sealed class CreateDiskDialogTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_name_outside_the_rules_is_refused_beside_its_field()
    {
        var owner = await Portal.NewAccountAsync();
        var dialog = await OpenAsync(owner);

        dialog.Find("#field-DiskName").Change("1 wrong name");
        dialog.Find("form").Submit();

        dialog.WaitForAssertion(() => Assert.NotEmpty(dialog.Find("#field-DiskName-refusal").TextContent));
        Assert.Equal("true", dialog.Find("#field-DiskName").GetAttribute("aria-invalid"));
        Assert.Equal("false", dialog.Find("#field-Size").GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task A_size_outside_the_range_of_the_category_is_refused_beside_its_field()
    {
        var owner = await Portal.NewAccountAsync();
        var dialog = await OpenAsync(owner);

        dialog.Find("#field-DiskCategory").Change("cloud_efficiency");
        dialog.WaitForAssertion(() => Assert.Equal("20 to 32,768 GiB.", dialog.Find("#field-Size-hint").TextContent));
        dialog.Find("#field-Size").Change("19");
        dialog.Find("form").Submit();

        dialog.WaitForAssertion(() => Assert.NotEmpty(dialog.Find("#field-Size-refusal").TextContent));
    }

    [Fact]
    public async Task What_is_chosen_is_what_is_made()
    {
        var owner = await Portal.NewAccountAsync();
        var dialog = await OpenAsync(owner);

        dialog.Find("#field-DiskName").Change("web-data");
        dialog.Find("#field-ZoneId").Change("local-2a");
        dialog.Find("#field-Size").Change("7");
        dialog.Find("form").Submit();

        var disk = await DiskAsync(owner, dialog);
        Assert.Equal(("web-data", "local-2a", 7, "cloud_essd", "PL0"), (disk.DiskName, disk.ZoneId, disk.Size, disk.Category, disk.PerformanceLevel));
    }

    [Fact]
    public async Task An_encrypted_disk_is_made_where_that_is_chosen()
    {
        var owner = await Portal.NewAccountAsync();
        var dialog = await OpenAsync(owner);

        dialog.Find("#field-Encrypted").Change(true);
        dialog.Find("form").Submit();

        Assert.True((await DiskAsync(owner, dialog)).Encrypted);
    }

    [Fact]
    public async Task Performance_follows_category_and_size()
    {
        var dialog = await OpenAsync(await Portal.NewAccountAsync());

        dialog.Find("#field-DiskCategory").Change("cloud_essd/PL1");
        dialog.Find("#field-Size").Change("100");

        dialog.WaitForAssertion(() => Assert.Contains("6,800 IOPS, 170 MB/s", dialog.Markup, StringComparison.Ordinal));
    }

    private async Task<IRenderedComponent<CreateDiskDialog>> OpenAsync(Caller owner)
    {
        await SignInAsync(owner);
        var dialog = Render<CreateDiskDialog>(builder => builder.Add(each => each.Account, owner.AccountId));
        dialog.WaitForElement("form");
        return dialog;
    }

    private async Task<DiskInfo> DiskAsync(Caller owner, IRenderedComponent<CreateDiskDialog> dialog)
    {
        dialog.WaitForState(() => !dialog.Find("button[type=submit]").HasAttribute("disabled"));
        return Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks(), owner)).Disks);
    }
}
