using Bunit;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.Web.Admin;
using SnapshotPortal.Web.Quotas;

namespace SnapshotPortal.Web.Tests.Quotas;

public sealed class QuotasPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task A_member_sees_limits_and_the_administrator_changes_them()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        Assert.Empty(Show<QuotasPage>(owner).FindAll("button"));

        var page = Show<AccountQuotasPage>(owner with { AccountId = "" }, parameters: builder => builder.Add(each => each.Id, owner.AccountId));
        var dialogs = ShowDialogs();
        page.Find("button[aria-label='Change the limit of: Local snapshots of a disk']").Click();
        dialogs.WaitForElement("#field-Limit").Change("7");
        dialogs.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("of this account", page.Markup, StringComparison.Ordinal));
        var told = (await Portal.Operations.RunAsync(new DescribeQuotas(), owner)).Quotas.Single(quota => quota.Kind == QuotaKind.LocalSnapshotsPerDisk);
        Assert.Equal((7, true), (told.Limit, told.IsOverridden));
    }
}
