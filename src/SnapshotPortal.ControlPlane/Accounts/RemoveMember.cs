using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Takes a member out of the caller's account; the last owner stays.</summary>
[PortalOnly]
public sealed record RemoveMember(string UserId) : IOperation<Done>;

internal sealed class RemoveMemberHandler(PortalDb db) : IHandler<RemoveMember, Done>
{
    public async Task<Done> RunAsync(RemoveMember request, Caller caller, CancellationToken cancel)
    {
        var member = await db.GetMemberAsync(caller, request.UserId, cancel);
        await db.RequireAnotherOwnerAsync(member, cancel);
        db.Members.Remove(member);
        return Done.Instance;
    }
}
