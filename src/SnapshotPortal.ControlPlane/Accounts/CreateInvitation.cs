using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes an invitation to the caller's account. There is no mail: the caller hands its token over.</summary>
[PortalOnly]
public sealed record CreateInvitation(AccountRole Role) : IOperation<CreateInvitationResult>
{
    /// <summary>The only address that may use it; null: anybody who has the link.</summary>
    public string? Email { get; init; }

    /// <summary>For how many days it holds; 1–30.</summary>
    public int Days { get; init; } = 7;
}

/// <summary>The invitation that was made.</summary>
/// <param name="InvitationId">The invitation.</param>
/// <param name="Token">What the link holds; told this once.</param>
/// <param name="ExpirationTime">Until when it can be used.</param>
public sealed record CreateInvitationResult(string InvitationId, string Token, DateTimeOffset ExpirationTime);

internal sealed class CreateInvitationHandler(PortalDb db, Passwords passwords, ResourceIds ids, TimeProvider time) : IHandler<CreateInvitation, CreateInvitationResult>
{
    public Task<CreateInvitationResult> RunAsync(CreateInvitation request, Caller caller, CancellationToken cancel)
    {
        MemberRules.RequireRole(request.Role);
        if (request.Email is { } email && !EmailAddress.IsValid(email)) throw new OperationException(AccountErrors.EmailMalformed, nameof(request.Email));
        if (request.Days is < 1 or > Invitation.DaysMax) throw new OperationException(AccountErrors.InvitationExpiryMalformed, nameof(request.Days));
        var token = passwords.New();
        var now = time.GetUtcNow();
        var invitation = new Invitation
        {
            Id = ids.New("inv"),
            AccountId = caller.AccountId,
            Role = request.Role,
            Email = request.Email,
            TokenHash = Invitation.HashOf(token),
            CreatedBy = caller.UserId,
            CreatedAt = now,
            ExpiresAt = now.AddDays(request.Days),
        };
        db.Invitations.Add(invitation);
        return Task.FromResult(new CreateInvitationResult(invitation.Id, token, invitation.ExpiresAt));
    }
}
