using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The invitations to the caller's account that can still be used, newest first; for owners.</summary>
[PortalOnly]
public sealed record DescribeInvitations : IOperation<DescribeInvitationsResult>;

public sealed record DescribeInvitationsResult(IReadOnlyList<InvitationInfo> Invitations);

/// <summary>An invitation, without what its link holds.</summary>
/// <param name="InvitationId">The invitation.</param>
/// <param name="Role">What who follows it may do.</param>
/// <param name="Email">The only address that may use it; null: anybody who has the link.</param>
/// <param name="CreatedByEmail">Who made it.</param>
/// <param name="CreationTime">When it was made.</param>
/// <param name="ExpirationTime">Until when it can be used.</param>
public sealed record InvitationInfo(string InvitationId, AccountRole Role, string? Email, string CreatedByEmail, DateTimeOffset CreationTime, DateTimeOffset ExpirationTime);

internal sealed class DescribeInvitationsHandler(PortalDb db, TimeProvider time) : IHandler<DescribeInvitations, DescribeInvitationsResult>
{
    public async Task<DescribeInvitationsResult> RunAsync(DescribeInvitations request, Caller caller, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return new(await db.Invitations.Where(each => each.AccountId == caller.AccountId && each.ExpiresAt > now).OrderByDescending(each => each.CreatedAt).ThenBy(each => each.Id)
            .Select(each => new InvitationInfo(
                each.Id, each.Role, each.Email, db.Users.Where(user => user.Id == each.CreatedBy).Select(user => user.Email).FirstOrDefault() ?? "", each.CreatedAt, each.ExpiresAt))
            .ToListAsync(cancel));
    }
}

/// <summary>What a link invites to, for whoever has it.</summary>
[PortalOnly]
public sealed record DescribeInvitation(string Token) : IOperation<DescribeInvitationResult>;

public sealed record DescribeInvitationResult(string AccountId, string AccountName, AccountRole Role, string? Email, DateTimeOffset ExpirationTime);

internal sealed class DescribeInvitationHandler(PortalDb db, TimeProvider time) : IHandler<DescribeInvitation, DescribeInvitationResult>
{
    public async Task<DescribeInvitationResult> RunAsync(DescribeInvitation request, Caller caller, CancellationToken cancel)
    {
        var invitation = await db.Invitations.AsNoTracking().GetAsync(request.Token, time.GetUtcNow(), cancel);
        var name = await db.Accounts.Where(account => account.Id == invitation.AccountId).Select(account => account.Name).SingleAsync(cancel);
        return new(invitation.AccountId, name, invitation.Role, invitation.Email, invitation.ExpiresAt);
    }
}
