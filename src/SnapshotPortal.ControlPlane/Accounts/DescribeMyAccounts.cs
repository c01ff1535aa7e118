using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The accounts that the caller is a member of, by name.</summary>
[PortalOnly]
public sealed record DescribeMyAccounts : IOperation<DescribeMyAccountsResult>;

public sealed record DescribeMyAccountsResult(IReadOnlyList<MyAccount> Accounts, bool IsAdministrator);

public sealed record MyAccount(string AccountId, string AccountName, AccountRole Role);

internal sealed class DescribeMyAccountsHandler(PortalDb db) : IHandler<DescribeMyAccounts, DescribeMyAccountsResult>
{
    public async Task<DescribeMyAccountsResult> RunAsync(DescribeMyAccounts request, Caller caller, CancellationToken cancel)
    {
        var accounts = await db.Members.Where(member => member.UserId == caller.UserId && member.SuspendedAt == null)
            .Join(db.Accounts, member => member.AccountId, account => account.Id, (member, account) => new MyAccount(account.Id, account.Name, member.Role))
            .ToListAsync(cancel);
        return new([.. accounts.OrderBy(account => account.AccountName, StringComparer.OrdinalIgnoreCase)], caller.IsAdministrator);
    }
}
