using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Gives a member of the caller's account another role; the last owner stays one.</summary>
[PortalOnly]
public sealed record ChangeMemberRole(string UserId, AccountRole Role) : IOperation<Done>;

internal sealed class ChangeMemberRoleHandler(PortalDb db) : IHandler<ChangeMemberRole, Done>
{
    public async Task<Done> RunAsync(ChangeMemberRole request, Caller caller, CancellationToken cancel)
    {
        MemberRules.RequireRole(request.Role);
        var member = await db.GetMemberAsync(caller, request.UserId, cancel);
        if (request.Role != AccountRole.Owner) await db.RequireAnotherOwnerAsync(member, cancel);
        member.Role = request.Role;
        return Done.Instance;
    }
}
