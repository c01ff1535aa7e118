using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Accounts;

public sealed class SuspensionTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Suspended_user_has_no_rights_anywhere_until_resumed()
    {
        var second = await portal.AddMemberAsync(AccountRole.Owner);
        await portal.RunAsync(new SuspendUser(second.UserId));
        Assert.Equal("Forbidden.UserSuspended", (await portal.RefusedAsync(new DescribeDisks(), second)).Error.Code);
        Assert.Equal("Forbidden.UserSuspended", (await portal.RefusedAsync(new DescribeMyAccounts(), second)).Error.Code);
        Assert.True(Assert.Single((await portal.RunAsync(new DescribeMembers())).Members, member => member.UserId == second.UserId).IsUserSuspended);
        Assert.True(Assert.Single((await portal.RunAsync(new DescribeUsers { Search = "owner@" })).Users).IsSuspended);
        await portal.RunAsync(new ResumeUser(second.UserId));
        await portal.RunAsync(new DescribeDisks(), second);
    }

    [Fact]
    public async Task Administrator_cannot_suspend_who_asks()
        => Assert.Equal("SuspendsItself", (await portal.RefusedAsync(new SuspendUser(portal.Owner.UserId))).Error.Code);

    [Fact]
    public async Task Suspended_member_is_out_of_this_account_and_in_the_others()
    {
        var stranger = await portal.AddStrangerAsync();
        await portal.RunAsync(new AddMember("stranger@example.com", AccountRole.Operator));
        var here = await portal.CallerAsync("stranger@example.com", portal.Owner.AccountId);
        await portal.RunAsync(new SuspendMember(here.UserId));
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new DescribeDisks(), here)).Error.Code);
        Assert.Equal(["elsewhere"], (await portal.RunAsync(new DescribeMyAccounts(), stranger)).Accounts.Select(account => account.AccountName));
        await portal.RunAsync(new ResumeMember(here.UserId));
        await portal.RunAsync(new DescribeDisks(), here);
    }

    [Fact]
    public async Task An_active_owner_stays()
    {
        Assert.Equal("LastOwner", (await portal.RefusedAsync(new SuspendMember(portal.Owner.UserId))).Error.Code);
        var second = await portal.AddMemberAsync(AccountRole.Owner);
        await portal.RunAsync(new SuspendMember(second.UserId));
        Assert.Equal("LastOwner", (await portal.RefusedAsync(new RemoveMember(portal.Owner.UserId))).Error.Code);
        await portal.RunAsync(new RemoveMember(second.UserId));
    }
}
