using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.ControlPlane.Tests.Accounts;

public sealed class UsersTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<(PortalUser User, bool PasswordFits)> SignInAsync(string email, string password)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>();
        var user = (await users.FindByEmailAsync(email))!;
        return (user, await users.CheckPasswordAsync(user, password));
    }

    [Fact]
    public async Task User_without_a_password_gets_a_one_time_password()
    {
        var made = await portal.RunAsync(new CreateUser("new@example.com"));
        var (user, fits) = await SignInAsync("new@example.com", made.OneTimePassword!);
        Assert.True(fits);
        Assert.True(user.MustChangePassword);
    }

    [Fact]
    public async Task Password_reset_gives_another_and_ends_open_sessions()
    {
        var made = await portal.RunAsync(new CreateUser("new@example.com"));
        var before = await SignInAsync("new@example.com", made.OneTimePassword!);
        var reset = await portal.RunAsync(new ResetUserPassword(made.UserId));
        Assert.False((await SignInAsync("new@example.com", made.OneTimePassword!)).PasswordFits);
        var after = await SignInAsync("new@example.com", reset.OneTimePassword);
        Assert.True(after.PasswordFits);
        Assert.NotEqual(before.User.SecurityStamp, after.User.SecurityStamp);
    }

    [Theory]
    [InlineData("nobody", null, "InvalidEmail.Malformed")]
    [InlineData("ADMIN@example.com", null, "InvalidEmail.Duplicated")]
    [InlineData("new@example.com", "short", "InvalidPassword.Malformed")]
    public async Task User_that_cannot_be_is_refused(string email, string? password, string code)
        => Assert.Equal(code, (await portal.RefusedAsync(new CreateUser(email) { Password = password })).Error.Code);

    [Fact]
    public async Task Users_are_found_by_a_part_of_their_address()
    {
        await portal.RunAsync(new CreateUser("under_score@example.com"));
        await portal.RunAsync(new CreateUser("other@example.com") { IsAdministrator = true });
        Assert.Equal(["under_score@example.com"], (await portal.RunAsync(new DescribeUsers { Search = "R_S" })).Users.Select(user => user.Email));
        Assert.Equal([true, true, false], (await portal.RunAsync(new DescribeUsers())).Users.Select(user => user.IsAdministrator));
    }

    [Fact]
    public async Task Only_administrators_make_users_and_accounts()
    {
        var owner = await portal.AddMemberAsync(AccountRole.Owner);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateUser("x@example.com"), owner)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateAccount("mine"), owner)).Error.Code);
        Assert.Equal("InvalidAccountName.Duplicated", (await portal.RefusedAsync(new CreateAccount("default"))).Error.Code);
    }
}
