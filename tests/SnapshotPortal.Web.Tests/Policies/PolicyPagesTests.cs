using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.Web.Policies;

namespace SnapshotPortal.Web.Tests.Policies;

public sealed class PolicyPagesTests(TestPortal portal) : PageTests(portal)
{
    private async Task<string> NewPolicyAsync(Caller owner) => (await Portal.Operations.RunAsync(
        new CreateAutoSnapshotPolicy("local-1", ["1", "13"], ["1", "2", "3", "4", "5"], 30) { AutoSnapshotPolicyName = "nightly", TimeZone = "Asia/Tokyo" }, owner)).AutoSnapshotPolicyId;

    [Fact]
    public async Task Form_tells_in_words_what_the_policy_will_do_and_makes_it()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<PolicyForm>(owner);
        Assert.Contains("Every day at 01:00, on the clocks of UTC", page.Markup, StringComparison.Ordinal);
        Assert.Contains("about 30 snapshots of each disk", page.Markup, StringComparison.Ordinal);
        Assert.Equal(5, page.FindAll("table tbody tr").Count);

        await page.FindAll(".choices.hours input")[13].ChangeAsync(new() { Value = true });
        await page.FindAll("fieldset button").Single(button => button.TextContent == "Monday to Friday").ClickAsync(new());
        await page.Find("#field-AutoSnapshotPolicyName").ChangeAsync(new() { Value = "nightly" });
        page.WaitForAssertion(() => Assert.Contains("From Monday to Friday at 01:00 and 13:00", page.Markup, StringComparison.Ordinal));
        await page.Find("form").SubmitAsync();

        var made = Assert.Single((await Portal.Operations.RunAsync(new DescribeAutoSnapshotPolicyEx(), owner)).AutoSnapshotPolicies);
        Assert.Equal(("nightly", "UTC", 30, true), (made.AutoSnapshotPolicyName, made.TimeZone, made.RetentionDays, made.Enabled));
        Assert.Equal([1, 13], made.Hours);
        Assert.Equal([1, 2, 3, 4, 5], made.Weekdays);
        Assert.EndsWith($"/policies/{made.AutoSnapshotPolicyId}", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_stands_beside_its_field_and_a_set_must_not_be_empty()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<PolicyForm>(owner);
        await page.Find("#field-AutoSnapshotPolicyName").ChangeAsync(new() { Value = "1" });
        await page.Find("form").SubmitAsync();
        Assert.Contains("name is not valid", page.Find("#field-AutoSnapshotPolicyName-refusal").TextContent, StringComparison.Ordinal);
        await page.FindAll(".choices.hours input")[1].ChangeAsync(new() { Value = false });
        Assert.Contains("at least one hour", page.Find("fieldset .refusal").TextContent, StringComparison.Ordinal);
        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Edit_begins_with_what_the_policy_is()
    {
        var owner = await Portal.NewAccountAsync();
        var id = await NewPolicyAsync(owner);
        await SignInAsync(owner);
        var page = Show<PolicyForm>(owner, parameters: builder => builder.Add(each => each.PolicyId, id));
        Assert.Contains("From Monday to Friday at 01:00 and 13:00, on the clocks of Asia/Tokyo", page.Markup, StringComparison.Ordinal);
        await page.FindAll(".choices.hours input")[13].ChangeAsync(new() { Value = false });
        await page.Find("form").SubmitAsync();
        Assert.Equal([1], Assert.Single((await Portal.Operations.RunAsync(new DescribeAutoSnapshotPolicyEx(), owner)).AutoSnapshotPolicies).Hours);
    }

    [Fact]
    public async Task Policy_shows_its_next_runs_on_both_clocks_and_its_disks_and_is_disabled_and_enabled()
    {
        var owner = await Portal.NewAccountAsync();
        var id = await NewPolicyAsync(owner);
        var disk = await Portal.NewDiskAsync(owner, "web");
        await SignInAsync(owner);
        var page = Show<PolicyPage>(owner, parameters: builder => builder.Add(each => each.PolicyId, id));
        Assert.Equal("No disks", page.Find(".page-head .badge").TextContent);
        Assert.Contains("For you (UTC)", page.Markup, StringComparison.Ordinal);

        await Portal.Operations.RunAsync(new ApplyAutoSnapshotPolicy(id, "local-1", [disk]), owner);
        page.WaitForAssertion(() => Assert.Equal("Enabled", page.Find(".page-head .badge").TextContent));
        Assert.Contains("paused until attached", page.Markup, StringComparison.Ordinal);
        await page.FindAll(".page-head button").Single(button => button.TextContent.Trim() == "Disable").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Equal("Disabled", page.Find(".page-head .badge").TextContent));
        await page.Find("td.pick input").ChangeAsync(new() { Value = true });
        await page.FindAll("button").Single(button => button.TextContent.Trim() == "Remove from 1 disk").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Contains("It is applied to no disk", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Operators_look_and_do_not_configure()
    {
        var owner = await Portal.NewAccountAsync();
        var id = await NewPolicyAsync(owner);
        await SignInAsync(await Portal.NewUserAsync(owner, AccountRole.Operator));
        Assert.Empty(Show<PoliciesPage>(owner).FindAll("a.button.primary"));
        Assert.Empty(Show<PolicyPage>(owner, parameters: builder => builder.Add(each => each.PolicyId, id)).FindAll(".page-head button:not([data-copy])"));
        Assert.Contains("configured by owners", Show<PolicyForm>(owner).Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7 }, new[] { 1 }, "Every day at 01:00")]
    [InlineData(new[] { 6, 7 }, new[] { 0, 6, 23 }, "At the weekend at 00:00, 06:00 and 23:00")]
    [InlineData(new[] { 1, 4 }, new[] { 5, 6 }, "On Monday and Thursday at 05:00 and 06:00")]
    public void Schedules_read_as_sentences(int[] weekdays, int[] hours, string expected) => Assert.Equal(expected, PolicyText.When(weekdays, hours));

    [Fact]
    public void All_hours_are_each_full_hour() => Assert.Equal("Every day at each full hour", PolicyText.When([1, 2, 3, 4, 5, 6, 7], [.. Enumerable.Range(0, 24)]));
}
