using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tests.Accounts;

public sealed class InvitationsTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task New_user_joins_with_the_link_once()
    {
        var made = await portal.RunAsync(new CreateInvitation(AccountRole.Operator));
        var told = await portal.RunAsync(new DescribeInvitation(made.Token), Caller.Anonymous);
        Assert.Equal(("default", AccountRole.Operator), (told.AccountName, told.Role));
        var joined = await portal.RunAsync(new JoinPortal(made.Token, "new@example.com", "quite a long password"), Caller.Anonymous);
        Assert.Equal(AccountRole.Operator, (await portal.CallerAsync("new@example.com")).Role);
        Assert.Equal(portal.Owner.AccountId, joined.AccountId);
        Assert.Equal("InvalidInvitation.NotFound", (await portal.RefusedAsync(new JoinPortal(made.Token, "other@example.com", "quite a long password"), Caller.Anonymous)).Error.Code);
        Assert.Equal("InvalidInvitation.NotFound", (await portal.RefusedAsync(new DescribeInvitation(made.Token), Caller.Anonymous)).Error.Code);
        Assert.Empty((await portal.RunAsync(new DescribeInvitations())).Invitations);
    }

    [Fact]
    public async Task User_of_the_portal_joins_another_account_and_not_twice()
    {
        var stranger = await portal.AddStrangerAsync();
        var first = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer));
        await portal.RunAsync(new AcceptInvitation(first.Token), stranger);
        Assert.Equal(2, (await portal.RunAsync(new DescribeMyAccounts(), stranger)).Accounts.Count);
        var second = await portal.RunAsync(new CreateInvitation(AccountRole.Owner));
        Assert.Equal("InvalidMember.Duplicated", (await portal.RefusedAsync(new AcceptInvitation(second.Token), stranger)).Error.Code);
        Assert.Single((await portal.RunAsync(new DescribeInvitations())).Invitations);
    }

    [Fact]
    public async Task Two_who_follow_one_link_at_once_are_one_member()
    {
        var made = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer));
        var joining = new[] { "one@example.com", "two@example.com" }
            .Select(async email => await Record.ExceptionAsync(() => portal.RunAsync(new JoinPortal(made.Token, email, "quite a long password"), Caller.Anonymous)) is null);
        Assert.Single(await Task.WhenAll(joining), joined => joined);
    }

    [Fact]
    public async Task Link_for_an_address_is_for_no_other()
    {
        var stranger = await portal.AddStrangerAsync();
        var made = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer) { Email = "New@example.com" });
        Assert.Equal("InvalidInvitation.OtherUser", (await portal.RefusedAsync(new AcceptInvitation(made.Token), stranger)).Error.Code);
        Assert.Equal("InvalidInvitation.OtherUser", (await portal.RefusedAsync(new JoinPortal(made.Token, "else@example.com", "quite a long password"), Caller.Anonymous)).Error.Code);
        await portal.RunAsync(new JoinPortal(made.Token, "new@example.com", "quite a long password"), Caller.Anonymous);
    }

    [Fact]
    public async Task Link_ends_with_its_days_and_when_it_is_taken_back()
    {
        var made = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer) { Days = 2 });
        var back = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer));
        await portal.RunAsync(new DeleteInvitation(back.InvitationId));
        Assert.Equal("InvalidInvitation.NotFound", (await portal.RefusedAsync(new DescribeInvitation(back.Token), Caller.Anonymous)).Error.Code);
        await portal.RunAsync(new DescribeInvitation(made.Token), Caller.Anonymous);
        portal.Time.Shift = TimeSpan.FromDays(2) + TimeSpan.FromSeconds(1);
        Assert.Equal("InvalidInvitation.NotFound", (await portal.RefusedAsync(new DescribeInvitation(made.Token), Caller.Anonymous)).Error.Code);
        Assert.Equal("InvalidInvitation.NotFound", (await portal.RefusedAsync(new JoinPortal(made.Token, "new@example.com", "quite a long password"), Caller.Anonymous)).Error.Code);
    }

    [Fact]
    public async Task Only_owners_invite_and_no_other_account_takes_an_invitation_back()
    {
        var viewer = await portal.AddMemberAsync(AccountRole.Viewer);
        var stranger = await portal.AddStrangerAsync();
        var made = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer));
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateInvitation(AccountRole.Viewer), viewer)).Error.Code);
        Assert.Equal("InvalidInvitation.NotFound", (await portal.RefusedAsync(new DeleteInvitation(made.InvitationId), stranger)).Error.Code);
        Assert.Equal("InvalidRole.ValueNotSupported", (await portal.RefusedAsync(new CreateInvitation(AccountRole.None))).Error.Code);
        Assert.Equal("InvalidInvitationDays.Malformed", (await portal.RefusedAsync(new CreateInvitation(AccountRole.Viewer) { Days = 31 })).Error.Code);
        Assert.Equal("InvalidEmail.Malformed", (await portal.RefusedAsync(new CreateInvitation(AccountRole.Viewer) { Email = "nobody" })).Error.Code);
    }
}
