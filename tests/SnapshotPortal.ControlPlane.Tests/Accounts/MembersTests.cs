using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.ControlPlane.Tests.Accounts;

public sealed class MembersTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Member_is_added_by_address_whatever_its_case_and_may_have_several_accounts()
    {
        var stranger = await portal.AddStrangerAsync();
        await portal.RunAsync(new AddMember("STRANGER@example.com", AccountRole.Viewer));
        Assert.Equal(["default", "elsewhere"], (await portal.RunAsync(new DescribeMyAccounts(), stranger)).Accounts.Select(account => account.AccountName));
        Assert.Equal([TestPortal.AdminEmail, "stranger@example.com"], (await portal.RunAsync(new DescribeMembers())).Members.Select(member => member.Email));
    }

    [Fact]
    public async Task Unknown_address_second_membership_and_no_role_are_refused()
    {
        Assert.Equal("InvalidUser.NotFound", (await portal.RefusedAsync(new AddMember("who@example.com", AccountRole.Viewer))).Error.Code);
        Assert.Equal("InvalidMember.Duplicated", (await portal.RefusedAsync(new AddMember(TestPortal.AdminEmail, AccountRole.Viewer))).Error.Code);
        Assert.Equal("InvalidRole.ValueNotSupported", (await portal.RefusedAsync(new AddMember(TestPortal.AdminEmail, AccountRole.None))).Error.Code);
    }

    [Fact]
    public async Task Last_owner_stays_an_owner()
    {
        Assert.Equal("LastOwner", (await portal.RefusedAsync(new RemoveMember(portal.Owner.UserId))).Error.Code);
        Assert.Equal("LastOwner", (await portal.RefusedAsync(new ChangeMemberRole(portal.Owner.UserId, AccountRole.Viewer))).Error.Code);
        var second = await portal.AddMemberAsync(AccountRole.Owner);
        await portal.RunAsync(new RemoveMember(portal.Owner.UserId), second);
        Assert.Equal([second.UserId], (await portal.RunAsync(new DescribeMembers(), second)).Members.Select(member => member.UserId));
    }

    [Fact]
    public async Task Two_owners_who_remove_each_other_at_once_leave_one()
    {
        var second = await portal.AddMemberAsync(AccountRole.Owner);
        var removals = new[] { (portal.Owner, second.UserId), (second, portal.Owner.UserId) }
            .Select(async each => (await Record.ExceptionAsync(() => portal.RunAsync(new RemoveMember(each.UserId), each.Item1))) is null);
        Assert.Single(await Task.WhenAll(removals), removed => removed);
    }
}
