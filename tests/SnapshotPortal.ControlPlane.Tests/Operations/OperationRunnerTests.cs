using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

public sealed class OperationRunnerTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Nobody_who_has_not_signed_in_may_do_anything()
    {
        var nobody = Caller.Anonymous with { AccountId = portal.Owner.AccountId };
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new DescribeDisks(), nobody)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateUser("x@example.com"), nobody)).Error.Code);
    }

    [Fact]
    public async Task Viewer_sees_but_changes_nothing()
    {
        var viewer = await portal.AddMemberAsync(AccountRole.Viewer);
        var diskId = await portal.CreateDiskAsync();
        Assert.Equal(1, (await portal.RunAsync(new DescribeDisks(), viewer)).TotalCount);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateDisk("local-1", "local-1a") { Size = 5 }, viewer)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new DeleteDisk(diskId), viewer)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateDiskUpload(diskId, 1), viewer)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new DescribeAuditTrail(), viewer)).Error.Code);
    }

    [Fact]
    public async Task Operator_changes_disks_but_no_members()
    {
        var operator_ = await portal.AddMemberAsync(AccountRole.Operator);
        await portal.RunAsync(new CreateDisk("local-1", "local-1a") { Size = 5 }, operator_);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new AddMember("x@example.com", AccountRole.Viewer), operator_)).Error.Code);
    }

    [Fact]
    public async Task Another_account_sees_nothing_and_its_ids_do_not_exist()
    {
        var stranger = await portal.AddStrangerAsync();
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
        var created = await portal.RunAsync(new CreateSnapshot(diskId));
        Assert.Equal(0, (await portal.RunAsync(new DescribeDisks(), stranger)).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeSnapshots(), stranger)).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeJobs(), stranger)).TotalCount);
        Assert.Equal("InvalidDiskId.NotFound", (await portal.RefusedAsync(new CreateSnapshot(diskId), stranger)).Error.Code);
        Assert.Equal("InvalidDiskId.NotFound", (await portal.RefusedAsync(new OpenDiskContent(diskId), stranger)).Error.Code);
        Assert.Equal("InvalidSnapshotId.NotFound", (await portal.RefusedAsync(new OpenSnapshotContent(created.SnapshotId), stranger)).Error.Code);
        Assert.Equal("InvalidTaskId.NotFound", (await portal.RefusedAsync(new CancelJob(created.JobId!), stranger)).Error.Code);
        await portal.RunAsync(new DeleteDisk(diskId), stranger);
        Assert.Equal(diskId, (await portal.DiskAsync(diskId)).DiskId);
    }

    [Fact]
    public async Task Administrator_has_no_rights_in_accounts_of_others()
    {
        var stranger = await portal.AddStrangerAsync();
        var intruder = portal.Owner with { AccountId = stranger.AccountId, Role = AccountRole.Owner };
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new DescribeDisks(), intruder)).Error.Code);
    }

    [Fact]
    public async Task Role_that_was_taken_away_is_gone_for_callers_that_exist()
    {
        var viewer = await portal.AddMemberAsync(AccountRole.Viewer);
        await portal.RunAsync(new RemoveMember(viewer.UserId));
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new DescribeDisks(), viewer)).Error.Code);
    }

    [Fact]
    public async Task Missing_mandatory_parameter_is_named()
    {
        var refusal = await portal.RefusedAsync(new CreateDisk("local-1", ""));
        Assert.Equal(("MissingParameter", "ZoneId"), (refusal.Error.Code, refusal.Parameter));
    }

    [Fact]
    public async Task Audit_trail_tells_what_was_done_and_what_was_refused()
    {
        var diskId = await portal.CreateDiskAsync();
        var refusal = await portal.RefusedAsync(new CreateSnapshot(diskId));
        await portal.RunAsync(new DescribeDisks());
        var trail = (await portal.RunAsync(new DescribeAuditTrail { PageSize = 2 })).Entries;
        Assert.Equal(("CreateSnapshot", "IncorrectDiskStatus.NeverAttached", refusal.RequestId), (trail[0].Operation, trail[0].Outcome, trail[0].RequestId));
        Assert.Equal(("CreateDisk", "Success", diskId, TestPortal.AdminEmail), (trail[1].Operation, trail[1].Outcome, trail[1].ResourceId, trail[1].UserEmail));
    }

    [Fact]
    public async Task Watchers_are_told_after_the_commit()
    {
        var told = new TaskCompletionSource<Change>();
        using var watching = portal.Services.GetRequiredService<ChangeFeed>().Subscribe(portal.Owner.AccountId, change =>
        {
            told.TrySetResult(change);
            return Task.CompletedTask;
        });
        var diskId = await portal.CreateDiskAsync();
        Assert.Equal(new Change(portal.Owner.AccountId, ResourceKind.Disk, diskId), await told.Task.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Every_operation_has_one_place_in_the_table()
    {
        var table = portal.Services.GetRequiredService<OperationTable>();
        var operations = typeof(OperationRunner).Assembly.GetTypes()
            .Where(type => type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IOperation<>)));
        Assert.Equal(operations.Select(type => type.Name).Order(), table.Entries.Select(entry => entry.Name).Order());
        await Task.CompletedTask;
    }
}
