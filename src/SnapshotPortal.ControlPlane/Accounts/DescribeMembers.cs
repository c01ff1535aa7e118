using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The members of the caller's account, by e-mail address.</summary>
[PortalOnly]
public sealed record DescribeMembers : IOperation<DescribeMembersResult>;

public sealed record DescribeMembersResult(IReadOnlyList<MemberInfo> Members);

public sealed record MemberInfo(string UserId, string Email, AccountRole Role, DateTimeOffset AddedAt);

internal sealed class DescribeMembersHandler(PortalDb db) : IHandler<DescribeMembers, DescribeMembersResult>
{
    public async Task<DescribeMembersResult> RunAsync(DescribeMembers request, Caller caller, CancellationToken cancel)
        => new(await db.Members.Where(member => member.AccountId == caller.AccountId).OrderBy(member => member.User.NormalizedEmail)
            .Select(member => new MemberInfo(member.UserId, member.User.Email!, member.Role, member.AddedAt)).ToListAsync(cancel));
}
