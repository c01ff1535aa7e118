using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes the signed-in user a member of the account that a link invites to; the link ends.</summary>
[PortalOnly]
public sealed record AcceptInvitation(string Token) : IOperation<Done>;

internal sealed class AcceptInvitationHandler(PortalDb db, NewAccounts accounts, TimeProvider time) : IHandler<AcceptInvitation, Done>
{
    public async Task<Done> RunAsync(AcceptInvitation request, Caller caller, CancellationToken cancel)
    {
        var invitation = await db.Invitations.GetAsync(request.Token, time.GetUtcNow(), cancel);
        var user = await db.Users.SingleAsync(each => each.Id == caller.UserId, cancel);
        invitation.RequireFor(user.Email!);
        if (await db.Members.AnyAsync(member => member.AccountId == invitation.AccountId && member.UserId == user.Id, cancel))
            throw new OperationException(AccountErrors.MemberExists with { Message = "You are a member of this account already.", Advice = "The invitation stays for somebody else." });
        accounts.AddMember(invitation.AccountId, user.Id, invitation.Role);
        db.Invitations.Remove(invitation);
        return Done.Instance;
    }
}

/// <summary>Makes a new user who is a member of the account that a link invites to; the link ends.</summary>
[PortalOnly]
public sealed record JoinPortal(string Token, string Email, string Password) : IOperation<JoinPortalResult>;

public sealed record JoinPortalResult(string UserId, string AccountId);

internal sealed class JoinPortalHandler(PortalDb db, NewAccounts accounts, TimeProvider time) : IHandler<JoinPortal, JoinPortalResult>
{
    public async Task<JoinPortalResult> RunAsync(JoinPortal request, Caller caller, CancellationToken cancel)
    {
        var invitation = await db.Invitations.GetAsync(request.Token, time.GetUtcNow(), cancel);
        invitation.RequireFor(request.Email);
        var user = await accounts.AddUserAsync(request.Email, request.Password, isAdministrator: false, mustChangePassword: false);
        accounts.AddMember(invitation.AccountId, user.Id, invitation.Role);
        db.Invitations.Remove(invitation);
        return new(user.Id, invitation.AccountId);
    }
}
