using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>All accounts of the portal, by name; for administrators.</summary>
[PortalOnly]
public sealed record DescribeAccounts : IOperation<DescribeAccountsResult>;

public sealed record DescribeAccountsResult(IReadOnlyList<AccountInfo> Accounts);

public sealed record AccountInfo(string AccountId, string AccountName, DateTimeOffset CreationTime, int MemberCount);

internal sealed class DescribeAccountsHandler(PortalDb db) : IHandler<DescribeAccounts, DescribeAccountsResult>
{
    public async Task<DescribeAccountsResult> RunAsync(DescribeAccounts request, Caller caller, CancellationToken cancel)
        => new(await db.Accounts.OrderBy(account => account.Name)
            .Select(account => new AccountInfo(account.Id, account.Name, account.CreatedAt, account.Members.Count)).ToListAsync(cancel));
}
