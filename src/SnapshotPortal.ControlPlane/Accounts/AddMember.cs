using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes an existing user a member of the caller's account.</summary>
[PortalOnly]
public sealed record AddMember(string Email, AccountRole Role) : IOperation<Done>;

internal sealed class AddMemberHandler(PortalDb db, NewAccounts accounts) : IHandler<AddMember, Done>
{
    public async Task<Done> RunAsync(AddMember request, Caller caller, CancellationToken cancel)
    {
        MemberRules.RequireRole(request.Role);
        var user = await db.FindUserAsync(request.Email, nameof(request.Email), cancel);
        if (await db.Members.AnyAsync(member => member.AccountId == caller.AccountId && member.UserId == user.Id, cancel))
            throw new OperationException(AccountErrors.MemberExists, nameof(request.Email));
        accounts.AddMember(caller.AccountId, user.Id, request.Role);
        return Done.Instance;
    }
}
