using Bunit;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Jobs;

namespace SnapshotPortal.Web.Tests.Jobs;

public sealed class TasksPageTests(TestPortal portal) : PageTests(portal)
{
    [Fact]
    public async Task Without_tasks_it_says_what_will_be_here()
    {
        var owner = await Portal.NewAccountAsync();
        await SignInAsync(owner);

        Assert.Equal("No tasks yet", Show<TasksPage>(owner).Find(".empty h2").TextContent);
    }

    [Fact]
    public async Task A_task_is_followed_to_its_end_without_a_reload()
    {
        var owner = await Portal.NewAccountAsync();
        var disk = await Portal.NewDiskAsync(owner, "web");
        await Portal.FillAsync(owner, disk);
        await SignInAsync(owner);
        var page = Show<TasksPage>(owner);

        await Portal.Operations.RunAsync(new CreateSnapshot(disk) { SnapshotName = "first" }, owner);

        page.WaitForAssertion(() => Assert.Equal("Finished", page.Find("td .badge").TextContent));
        Assert.Equal("Upload snapshot first", page.Find(".job-title").TextContent.Trim());
    }
}
