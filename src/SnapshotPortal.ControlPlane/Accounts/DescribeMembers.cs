using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The members of the caller's account, by e-mail address.</summary>
[PortalOnly]
public sealed record DescribeMembers : IOperation<DescribeMembersResult>;

public sealed record DescribeMembersResult(IReadOnlyList<MemberInfo> Members);

public sealed record MemberInfo(string UserId, string Email, AccountRole Role, DateTimeOffset AddedAt);
