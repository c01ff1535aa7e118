using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Gives a user a one-time password and ends the lock-out; for administrators. Open sessions of the user end.</summary>
[PortalOnly]
public sealed record ResetUserPassword(string UserId) : IOperation<ResetUserPasswordResult>;

public sealed record ResetUserPasswordResult(string OneTimePassword);

internal sealed class ResetUserPasswordHandler(UserManager<PortalUser> users, Passwords passwords) : IHandler<ResetUserPassword, ResetUserPasswordResult>
{
    public async Task<ResetUserPasswordResult> RunAsync(ResetUserPassword request, Caller caller, CancellationToken cancel)
    {
        var user = await users.FindByIdAsync(request.UserId) ?? throw new OperationException(AccountErrors.UserNotFound, nameof(request.UserId));
        var password = passwords.New();
        user.MustChangePassword = true;
        user.LockoutEnd = null;
        user.AccessFailedCount = 0;
        // A reset changes the security stamp, which ends open sessions.
        NewAccounts.Require(await users.ResetPasswordAsync(user, await users.GeneratePasswordResetTokenAsync(user), password));
        return new(password);
    }
}
