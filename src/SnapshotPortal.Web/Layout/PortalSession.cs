using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Layout;

/// <summary>The signed-in user of this circuit: who it is, which accounts there are, and the way to run operations in one of them.</summary>
public sealed class PortalSession(OperationRunner operations, Callers callers, AuthenticationStateProvider authentication)
{
    public string UserId { get; private set; } = "";

    public string Email { get; private set; } = "";

    public bool IsAdministrator { get; private set; }

    public IReadOnlyList<MyAccount> Accounts { get; private set; } = [];

    /// <summary>Reads the user and the accounts anew.</summary>
    public async Task LoadAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        UserId = user.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        Email = user.FindFirstValue(ClaimTypes.Email) ?? "";
        var mine = await RunAsync("", new DescribeMyAccounts());
        Accounts = mine.Accounts;
        IsAdministrator = mine.IsAdministrator;
    }

    public AccountRole RoleIn(string account) =>
        Accounts.FirstOrDefault(each => string.Equals(each.AccountId, account, StringComparison.Ordinal))?.Role ?? AccountRole.None;

    public bool MayOperate(string account) => RoleIn(account) >= AccountRole.Operator;

    public bool MayManage(string account) => RoleIn(account) >= AccountRole.Owner;

    /// <summary>Runs an operation as this user in an account; outside any account where it is empty.</summary>
    public async Task<TResult> RunAsync<TResult>(string account, IOperation<TResult> operation, CancellationToken cancel = default)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var caller = await callers.ForUserAsync(user.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", account, cancel);
        return await operations.RunAsync(operation, caller, cancel);
    }
}
