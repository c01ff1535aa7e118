using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Admin;
using SnapshotPortal.Web.Usage;

namespace SnapshotPortal.Web.Tests.Usage;

public sealed class UsagePageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Before_the_first_hour_the_page_says_when_figures_come()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        Assert.Contains("first full hour", Show<UsagePage>(owner).Find(".empty").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prices_are_an_administrators_page_and_a_price_that_is_none_is_refused_beside_its_field()
    {
        var owner = await Portal.NewAccountAsync();
        var member = await Portal.NewUserAsync(owner, AccountRole.Owner);
        await SignInAsync(member);
        Assert.Equal("This is not yours to see", Show<PricesPage>(member with { AccountId = "" }).Find(".empty h2").TextContent);

        await SignInAsync(owner);
        var page = Show<PricesPage>(owner with { AccountId = "" });
        Assert.Equal("Hold now", page.Find("tbody .badge").TextContent);
        var dialogs = ShowDialogs();
        page.Find("button.primary").Click();
        dialogs.WaitForElement("#field-NormalPerGiBMonth").Change("2000");
        dialogs.Find("form").Submit();
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.Find("#field-NormalPerGiBMonth-refusal").TextContent));
    }

    [Theory]
    [InlineData(0, "0.00 USD")]
    [InlineData(0.002403, "0.002403 USD")]
    [InlineData(1234.5, "1,234.50 USD")]
    public void Amounts_have_two_decimals_and_small_ones_more(double amount, string text) => Assert.Equal(text, Money.Format((decimal)amount, "USD"));
}
