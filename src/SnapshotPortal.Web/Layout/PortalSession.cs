using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Layout;

/// <summary>The signed-in user of this circuit: who it is, which accounts there are, and the way to run operations in one of them.</summary>
public sealed class PortalSession(OperationRunner operations, AuthenticationStateProvider authentication)
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

    /// <summary>Whether a change is about what this user may do.</summary>
    public bool IsAboutMe(Change change) =>
        change.Kind is ResourceKind.Member or ResourceKind.User && string.Equals(change.ResourceId, UserId, StringComparison.Ordinal);

    public MyAccount? Find(string account) =>
        Accounts.FirstOrDefault(each => string.Equals(each.AccountId, account, StringComparison.Ordinal));

    public bool MayOperate(string account) => Find(account)?.Role >= AccountRole.Operator;

    public bool MayManage(string account) => Find(account)?.Role >= AccountRole.Owner;

    /// <summary>Owners configure policies, and administrators in the accounts that they are in.</summary>
    public bool MayConfigurePolicies(string account) => MayManage(account) || (IsAdministrator && Find(account) is not null);

    /// <summary>Runs an operation as this user in an account; outside any account where it is empty. Rights are checked by the operation.</summary>
    public Task<TResult> RunAsync<TResult>(string account, IOperation<TResult> operation)
        where TResult : class =>
        operations.RunAsync(operation, new Caller(account, UserId, AccountRole.None, IsAdministrator: false, CallerSource.Portal));
}
