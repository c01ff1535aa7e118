using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Takes an invitation to the caller's account back.</summary>
[PortalOnly]
public sealed record DeleteInvitation(string InvitationId) : IOperation<Done>;

internal sealed class DeleteInvitationHandler(PortalDb db) : IHandler<DeleteInvitation, Done>
{
    public async Task<Done> RunAsync(DeleteInvitation request, Caller caller, CancellationToken cancel)
    {
        db.Invitations.Remove(await db.Invitations.SingleOrDefaultAsync(each => each.Id == request.InvitationId && each.AccountId == caller.AccountId, cancel)
            ?? throw new OperationException(AccountErrors.InvitationNotFound, nameof(request.InvitationId)));
        return Done.Instance;
    }
}
