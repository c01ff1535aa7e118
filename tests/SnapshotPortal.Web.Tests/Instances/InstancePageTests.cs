using Bunit;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Disks;
using SnapshotPortal.Web.Images;
using SnapshotPortal.Web.Instances;

namespace SnapshotPortal.Web.Tests.Instances;

public sealed class InstancePageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task An_account_without_instances_is_led_to_the_first()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        var page = Show<InstancesPage>(owner);

        Assert.Equal("No instances yet", page.Find(".empty h2").TextContent);
        Assert.Equal($"/a/{owner.AccountId}/run-instance", page.Find(".page-head a.primary").GetAttribute("href"));
    }

    [Fact]
    public async Task The_form_runs_an_instance_of_the_portal_s_image_as_it_stands()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<RunInstancePage>(owner);

        page.Find("#field-InstanceName").Change("web");
        page.FindAll("button").First(button => button.TextContent.Contains("Add data disk", StringComparison.Ordinal)).Click();
        page.WaitForAssertion(() => Assert.Contains("2, 60 GiB in all", page.Find(".facts").TextContent, StringComparison.Ordinal));
        await page.Find("form").SubmitAsync();

        page.WaitForAssertion(() => Assert.Contains("/instances/i-", Navigation.Uri, StringComparison.Ordinal));
        var instance = Assert.Single((await Portal.Operations.RunAsync(new DescribeInstances(), owner)).Instances);
        Assert.Equal(("web", "Running", 2), (instance.InstanceName, instance.Status, instance.DiskCount));
    }

    [Fact]
    public async Task A_refusal_stands_beside_the_field_of_its_data_disk()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var page = Show<RunInstancePage>(owner);
        page.FindAll("button").First(button => button.TextContent.Contains("Add data disk", StringComparison.Ordinal)).Click();

        page.Find("fieldset input[type=number]").Input("0");
        await page.Find("form").SubmitAsync();

        page.WaitForAssertion(() => Assert.Contains("outside the range", page.Find("fieldset .refusal").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_instance_stops_and_starts_and_shows_it_without_a_reload()
    {
        var (owner, id) = await RunAsync();
        var page = Show<InstancePage>(owner, parameters: builder => builder.Add(each => each.InstanceId, id));
        Assert.Equal("Running", page.Find(".page-head .badge").TextContent);
        Assert.Contains("Stop the instance to detach its system disk", page.Find("table button").GetAttribute("title"), StringComparison.Ordinal);

        await Portal.Operations.RunAsync(new StopInstance(id), owner);

        page.WaitForAssertion(() => Assert.Equal("Stopped", page.Find(".page-head .badge").TextContent));
        page.WaitForAssertion(() => Assert.False(page.Find("table button").HasAttribute("disabled")));
        page.Find(".page-head button.primary").Click();
        page.WaitForAssertion(() => Assert.Equal("Running", page.Find(".page-head .badge").TextContent));
    }

    [Fact]
    public async Task Connection_commands_are_shown_to_who_asks_and_may()
    {
        var (owner, id) = await RunAsync();
        var page = Show<InstancePage>(owner, parameters: builder => builder.Add(each => each.InstanceId, id));
        Assert.DoesNotContain("nbd+unix", page.Markup, StringComparison.Ordinal);

        page.FindAll("button").First(button => button.TextContent.Contains("Show connection commands", StringComparison.Ordinal)).Click();

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll(".command").Count));
        Assert.All(page.FindAll("[data-copy][aria-label^=\"Copy the\"]"), button => Assert.Contains("x-", button.GetAttribute("data-copy"), StringComparison.Ordinal));

        var viewer = await Portal.NewUserAsync(owner, AccountRole.Viewer);
        await SignInAsync(viewer);
        Assert.DoesNotContain("Show connection commands", Show<InstancePage>(viewer, parameters: builder => builder.Add(each => each.InstanceId, id)).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_says_where_it_is_attached_and_why_it_cannot_be_detached()
    {
        var (owner, id) = await RunAsync();
        var disk = Assert.Single((await Portal.Operations.RunAsync(new DescribeDisks { InstanceId = id }, owner)).Disks);

        var page = Show<DiskPage>(owner, parameters: builder => builder.Add(each => each.DiskId, disk.DiskId));

        Assert.NotNull(page.Find($"a[href=\"/a/{owner.AccountId}/instances/{id}\"]"));
        Assert.Contains(page.FindAll("button[title]"), button => string.Equals(button.GetAttribute("title"), "Stop the instance to detach its system disk.", StringComparison.Ordinal));
        Assert.Empty(page.FindAll("disk-upload"));
    }

    [Fact]
    public async Task The_portal_s_image_is_listed_and_cannot_be_deleted_by_anybody()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);
        var list = Show<ImagesPage>(owner);
        Assert.Equal("blank_x64_20G", list.Find("td.first a").TextContent);

        var image = (await Portal.Operations.RunAsync(new DescribeImages(), owner)).Images[0];
        var page = Show<ImagePage>(owner, parameters: builder => builder.Add(each => each.ImageId, image.ImageId));

        Assert.Equal($"/a/{owner.AccountId}/run-instance?image={image.ImageId}", page.Find(".page-head a.primary").GetAttribute("href"));
        Assert.Empty(page.FindAll(".page-head button.danger"));
    }

    private async Task<(Caller Owner, string InstanceId)> RunAsync()
    {
        var owner = await Portal.NewAccountAsync();
        var image = (await Portal.Operations.RunAsync(new DescribeImages(), owner)).Images[0];
        var made = await Portal.Operations.RunAsync(new RunInstances("local-1") { ImageId = image.ImageId, InstanceType = "ecs.g7.large", InstanceName = "web" }, owner);
        await SignInAsync(owner);
        return (owner, made.InstanceIdSets[0]);
    }
}
