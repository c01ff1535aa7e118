using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tests.Accounts;

public sealed class SetUpPortalTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    private SetUpToken Token => portal.Services.GetRequiredService<SetUpToken>();

    public async Task InitializeAsync() => portal = await TestPortal.StartBareAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private Task<SetUpPortalResult> SetUpAsync(string token, string password = TestPortal.AdminPassword)
        => portal.RunAsync(new SetUpPortal(token, "first@example.com", password), Caller.Anonymous);

    private Task<OperationException> RefusedAsync(string token, string password = TestPortal.AdminPassword)
        => portal.RefusedAsync(new SetUpPortal(token, "first@example.com", password), Caller.Anonymous);

    [Fact]
    public async Task Token_makes_an_administrator_who_owns_the_first_account()
    {
        var made = await SetUpAsync((await Token.IssueAsync())!);
        var caller = await portal.CallerAsync("first@example.com");
        Assert.Equal(new(made.AccountId, made.UserId, AccountRole.Owner, IsAdministrator: true, CallerSource.Portal), caller);
    }

    [Fact]
    public async Task Token_works_once()
    {
        var token = (await Token.IssueAsync())!;
        await SetUpAsync(token);
        Assert.Equal("PortalIsSetUp", (await RefusedAsync(token)).Error.Code);
        Assert.Null(await Token.IssueAsync());
    }

    [Fact]
    public async Task Refused_password_does_not_use_the_token_up()
    {
        var token = (await Token.IssueAsync())!;
        var refusal = await RefusedAsync(token, "short");
        Assert.Equal(("InvalidPassword.Malformed", "Password"), (refusal.Error.Code, refusal.Parameter));
        await SetUpAsync(token);
    }

    [Fact]
    public async Task New_token_ends_the_one_before()
    {
        var old = (await Token.IssueAsync())!;
        await Token.IssueAsync();
        Assert.Equal("InvalidSetUpToken", (await RefusedAsync(old)).Error.Code);
    }

    [Fact]
    public async Task Guessing_is_slowed_down_also_for_the_right_token()
    {
        var token = (await Token.IssueAsync())!;
        for (var i = 0; i < 5; i++) Assert.Equal("InvalidSetUpToken", (await RefusedAsync("wrong")).Error.Code);
        Assert.Equal("Throttling.SetUp", (await RefusedAsync(token)).Error.Code);
        portal.Time.Shift = TimeSpan.FromMinutes(2);
        await SetUpAsync(token);
    }
}
