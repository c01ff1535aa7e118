using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The accounts that the caller is a member of, by name.</summary>
[PortalOnly]
public sealed record DescribeMyAccounts : IOperation<DescribeMyAccountsResult>;

public sealed record DescribeMyAccountsResult(IReadOnlyList<MyAccount> Accounts, bool IsAdministrator);

public sealed record MyAccount(string AccountId, string AccountName, AccountRole Role);
