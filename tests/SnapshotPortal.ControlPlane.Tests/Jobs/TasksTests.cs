using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Jobs;

/// <summary>Jobs as ECS tells them.</summary>
public sealed class TasksTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task A_finished_upload_is_a_finished_task_of_its_region()
    {
        var made = await SnapshotAsync();
        await portal.AccomplishedAsync(made.SnapshotId);
        await portal.IdleAsync();

        var task = Assert.Single((await portal.RunAsync(new DescribeTasks("local-1") { ResourceIds = [made.SnapshotId] })).TaskSet);
        Assert.Equal((made.JobId, "UploadSnapshot", "Finished", "false"), (task.TaskId, task.TaskAction, task.TaskStatus, task.SupportCancel));
        Assert.Empty((await portal.RunAsync(new DescribeTasks("local-2"))).TaskSet);
        Assert.Empty((await portal.RunAsync(new DescribeTasks("local-1") { TaskStatus = "Processing" })).TaskSet);
        Assert.Empty((await portal.RunAsync(new DescribeTasks("local-1") { TaskAction = "ExportImage" })).TaskSet);
        Assert.Empty((await portal.RunAsync(new DescribeTasks("local-1") { EndTime = task.CreationTime.AddMinutes(-1) })).TaskSet);

        var whole = await portal.RunAsync(new DescribeTaskAttribute("local-1", task.TaskId));
        Assert.Equal(("100%", 1, 0), (whole.TaskProcess, whole.SuccessCount, whole.FailedCount));
        Assert.Equal(made.SnapshotId, Assert.Single(Assert.Single(whole.OperationProgressSet).RelatedItemSet).Value);
        Assert.Equal("InvalidTaskId.IncorrectTaskStatus", (await portal.RefusedAsync(new CancelTask("local-1", task.TaskId))).Error.Code);
    }

    [Fact]
    public async Task Filters_and_ids_that_do_not_exist_are_refused()
    {
        var stranger = await portal.AddStrangerAsync();
        var made = await SnapshotAsync();
        await portal.AccomplishedAsync(made.SnapshotId);

        Assert.Equal("InvalidParameter", (await portal.RefusedAsync(new DescribeTasks("local-1") { TaskStatus = "Done" })).Error.Code);
        Assert.Equal("InvalidParameter", (await portal.RefusedAsync(new DescribeTasks("local-1") { TaskAction = "Dance" })).Error.Code);
        var region = (await portal.RefusedAsync(new DescribeTasks("mars-1"))).Error;
        Assert.Equal(("InvalidRegionId.NotFound", 400), (region.Code, region.HttpStatus));
        Assert.Equal("InvalidTaskId.NotFound", (await portal.RefusedAsync(new DescribeTaskAttribute("local-1", made.JobId!), stranger)).Error.Code);
        Assert.Equal("InvalidTaskId.NotFound", (await portal.RefusedAsync(new CancelTask("local-1", "t-none"))).Error.Code);
        await portal.IdleAsync();
    }

    private async Task<CreateSnapshotResult> SnapshotAsync()
    {
        var disk = await portal.CreateDiskAsync();
        await portal.UploadAsync(disk, Images.Random(1, 1 << 20));
        return await portal.RunAsync(new CreateSnapshot(disk));
    }
}
