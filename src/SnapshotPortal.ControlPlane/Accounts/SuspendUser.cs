using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Keeps a user out of the whole portal; for administrators. Open sessions end, memberships stay for the day of return.</summary>
[PortalOnly]
public sealed record SuspendUser(string UserId) : IOperation<Done>;

internal sealed class SuspendUserHandler(UserManager<PortalUser> users, TimeProvider time) : IHandler<SuspendUser, Done>
{
    public async Task<Done> RunAsync(SuspendUser request, Caller caller, CancellationToken cancel)
    {
        if (request.UserId == caller.UserId) throw new OperationException(AccountErrors.SuspendsItself, nameof(request.UserId));
        var user = await users.FindByIdAsync(request.UserId) ?? throw new OperationException(AccountErrors.UserNotFound, nameof(request.UserId));
        user.SuspendedAt ??= time.GetUtcNow();
        NewAccounts.Require(await users.UpdateSecurityStampAsync(user)); // ends open sessions, also of other browsers
        return Done.Instance;
    }
}

/// <summary>Lets a suspended user in again; for administrators.</summary>
[PortalOnly]
public sealed record ResumeUser(string UserId) : IOperation<Done>;

internal sealed class ResumeUserHandler(UserManager<PortalUser> users) : IHandler<ResumeUser, Done>
{
    public async Task<Done> RunAsync(ResumeUser request, Caller caller, CancellationToken cancel)
    {
        var user = await users.FindByIdAsync(request.UserId) ?? throw new OperationException(AccountErrors.UserNotFound, nameof(request.UserId));
        user.SuspendedAt = null;
        NewAccounts.Require(await users.UpdateAsync(user));
        return Done.Instance;
    }
}
