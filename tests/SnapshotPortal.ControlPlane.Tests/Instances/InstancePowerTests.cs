using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Instances;

namespace SnapshotPortal.ControlPlane.Tests.Instances;

public sealed class InstancePowerTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string id = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        id = await portal.RunInstanceAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<string> StatusAsync(string instanceId) => (await portal.InstanceAsync(instanceId)).Status;

    [Fact]
    public async Task Only_a_running_instance_stops_and_only_a_stopped_one_starts()
    {
        Assert.Equal("IncorrectInstanceStatus", (await portal.RefusedAsync(new StartInstance(id))).Error.Code);
        await portal.RunAsync(new StopInstance(id) { StoppedMode = "StopCharging" });
        Assert.Equal(("Stopped", "StopCharging"), (await StatusAsync(id), (await portal.InstanceAsync(id)).StoppedMode));
        Assert.Equal("IncorrectInstanceStatus", (await portal.RefusedAsync(new StopInstance(id))).Error.Code);
        await portal.RunAsync(new StartInstance(id));
        Assert.Equal(("Running", "Not-applicable"), (await StatusAsync(id), (await portal.InstanceAsync(id)).StoppedMode));
    }

    [Fact]
    public async Task A_rehearsal_changes_nothing()
    {
        Assert.Equal("DryRunOperation", (await portal.RefusedAsync(new StopInstance(id) { DryRun = true })).Error.Code);
        Assert.Equal("Running", await StatusAsync(id));
    }

    [Fact]
    public async Task Several_stop_together_or_those_that_can()
    {
        var other = await portal.RunInstanceAsync();
        await portal.RunAsync(new StopInstance(other));
        Assert.Equal("IncorrectInstanceStatus", (await portal.RefusedAsync(new StopInstances("local-1", [id, other]))).Error.Code);
        Assert.Equal("Running", await StatusAsync(id));

        var answers = (await portal.RunAsync(new StopInstances("local-1", [id, other]) { BatchOptimization = "SuccessFirst" })).InstanceResponses;
        Assert.Equal([("200", "Running"), ("IncorrectInstanceStatus", "Stopped")], answers.Select(answer => (answer.Code, answer.PreviousStatus)));
        await portal.RunAsync(new StartInstances("local-1", [id, other]));
        Assert.Equal(("Running", "Running"), (await StatusAsync(id), await StatusAsync(other)));
        Assert.Equal("InvalidInstanceId.NotFound", (await portal.RefusedAsync(new StopInstances("local-1", [id, "i-unknown"]))).Error.Code);
        Assert.Equal("InvalidInstanceId.NotFound", (await portal.RefusedAsync(new StopInstances("local-2", [id]))).Error.Code);
    }

    [Fact]
    public async Task Attributes_change_by_the_rules()
    {
        await portal.RunAsync(new ModifyInstanceAttribute(id) { InstanceName = "web", HostName = "web.example", Description = "For tests" });
        var instance = await portal.InstanceAsync(id);
        Assert.Equal(("web", "web.example", "For tests"), (instance.InstanceName, instance.HostName, instance.Description));
        Assert.Equal("InvalidInstanceName.Malformed", (await portal.RefusedAsync(new ModifyInstanceAttribute(id) { InstanceName = "1" })).Error.Code);
        Assert.Equal(1, (await portal.RunAsync(new DescribeInstances { InstanceName = "w*b" })).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeInstances { InstanceName = "w_b" })).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeInstances { InstanceIds = [] })).TotalCount);
        Assert.Equal(("Running", 1), ((await portal.RunAsync(new DescribeInstanceStatus("local-1"))).InstanceStatuses.Single().Status, (await portal.RunAsync(new DescribeInstanceTypes { MinimumCpuCoreCount = 32, CpuArchitecture = "ARM" })).InstanceTypes.Count));
    }

    [Fact]
    public async Task Running_or_protected_instance_is_not_released_by_mistake()
    {
        Assert.Equal("IncorrectInstanceStatus", (await portal.RefusedAsync(new DeleteInstance(id))).Error.Code);
        await portal.RunAsync(new ModifyInstanceAttribute(id) { DeletionProtection = true });
        Assert.Equal("InvalidOperation.DeletionProtection", (await portal.RefusedAsync(new DeleteInstance(id) { Force = true })).Error.Code);
        await portal.RunAsync(new ModifyInstanceAttribute(id) { DeletionProtection = false });
        await portal.RunAsync(new DeleteInstance(id) { Force = true });
        Assert.Equal(0, (await portal.RunAsync(new DescribeInstances())).TotalCount);
        Assert.Equal("InvalidInstanceId.NotFound", (await portal.RefusedAsync(new StartInstance(id))).Error.Code);
    }

    [Fact]
    public async Task Released_instance_takes_the_disks_with_it_that_go_with_it()
    {
        var stays = await portal.CreateDiskAsync();
        await portal.RunAsync(new AttachDisk(stays, id));
        var goes = await portal.CreateDiskAsync();
        await portal.RunAsync(new AttachDisk(goes, id) { DeleteWithInstance = true });
        await portal.RunAsync(new StopInstance(id));
        await portal.RunAsync(new DeleteInstances("local-1", [id]));
        var left = Assert.Single((await portal.RunAsync(new DescribeDisks())).Disks);
        Assert.Equal((stays, "Available", ""), (left.DiskId, left.Status, left.InstanceId));
        await portal.IdleAsync();
    }

    [Fact]
    public async Task Instances_of_another_account_do_not_exist()
    {
        var stranger = await portal.AddStrangerAsync();
        Assert.Equal("InvalidInstanceId.NotFound", (await portal.RefusedAsync(new StopInstance(id), stranger)).Error.Code);
        Assert.Equal(0, (await portal.RunAsync(new DescribeInstances(), stranger)).TotalCount);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new StopInstance(id), await portal.AddMemberAsync(AccountRole.Viewer))).Error.Code);
    }
}
