using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>All accounts of the portal, by name; for administrators.</summary>
[PortalOnly]
public sealed record DescribeAccounts : IOperation<DescribeAccountsResult>;

public sealed record DescribeAccountsResult(IReadOnlyList<AccountInfo> Accounts);

public sealed record AccountInfo(string AccountId, string AccountName, DateTimeOffset CreationTime, int MemberCount);
