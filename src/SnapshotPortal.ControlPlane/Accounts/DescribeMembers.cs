using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The members of the caller's account, by e-mail address.</summary>
[PortalOnly]
public sealed record DescribeMembers : IOperation<DescribeMembersResult>;

public sealed record DescribeMembersResult(IReadOnlyList<MemberInfo> Members);

/// <summary>Somebody who works in the account.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Email">The address that they sign in with.</param>
/// <param name="Role">What they may do.</param>
/// <param name="AddedAt">Since when.</param>
/// <param name="IsSuspended">Kept out of this account by an owner.</param>
/// <param name="IsUserSuspended">Kept out of the whole portal by an administrator.</param>
public sealed record MemberInfo(string UserId, string Email, AccountRole Role, DateTimeOffset AddedAt, bool IsSuspended, bool IsUserSuspended);

internal sealed class DescribeMembersHandler(PortalDb db) : IHandler<DescribeMembers, DescribeMembersResult>
{
    public async Task<DescribeMembersResult> RunAsync(DescribeMembers request, Caller caller, CancellationToken cancel)
        => new(await db.Members.Where(member => member.AccountId == caller.AccountId).OrderBy(member => member.User.NormalizedEmail)
            .Select(member => new MemberInfo(member.UserId, member.User.Email!, member.Role, member.AddedAt, member.SuspendedAt != null, member.User.SuspendedAt != null)).ToListAsync(cancel));
}
