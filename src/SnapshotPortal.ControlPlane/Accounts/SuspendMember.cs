using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Keeps a member out of the caller's account without taking the membership away; the last active owner stays.</summary>
[PortalOnly]
public sealed record SuspendMember(string UserId) : IOperation<Done>;

internal sealed class SuspendMemberHandler(PortalDb db, TimeProvider time) : IHandler<SuspendMember, Done>
{
    public async Task<Done> RunAsync(SuspendMember request, Caller caller, CancellationToken cancel)
    {
        var member = await db.GetMemberAsync(caller, request.UserId, cancel);
        await db.RequireAnotherOwnerAsync(member, cancel);
        member.SuspendedAt ??= time.GetUtcNow();
        return Done.Instance;
    }
}

/// <summary>Lets a suspended member in again.</summary>
[PortalOnly]
public sealed record ResumeMember(string UserId) : IOperation<Done>;

internal sealed class ResumeMemberHandler(PortalDb db) : IHandler<ResumeMember, Done>
{
    public async Task<Done> RunAsync(ResumeMember request, Caller caller, CancellationToken cancel)
    {
        (await db.GetMemberAsync(caller, request.UserId, cancel)).SuspendedAt = null;
        return Done.Instance;
    }
}
