using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes callers for users who have signed in.</summary>
public sealed class Callers
{
    private readonly IDbContextFactory<PortalDb> databases;

    internal Callers(IDbContextFactory<PortalDb> databases) => this.databases = databases;

    /// <summary>
    /// The user as a caller in an account; null where the user does not exist, is suspended, or is no active member of it. Without an account
    /// (null): the user alone, for operations of the portal itself.
    /// </summary>
    public async Task<Caller?> FindAsync(string userId, string? accountId, CallerSource source = CallerSource.Portal, CancellationToken cancel = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (!await db.Users.AnyAsync(user => user.Id == userId && user.SuspendedAt == null, cancel)) return null;
        var caller = await RefreshAsync(db, new(accountId ?? "", userId, AccountRole.None, IsAdministrator: false, source), cancel);
        return accountId is null || caller.Role != AccountRole.None ? caller : null;
    }

    /// <summary>The caller with the rights of this moment, so that a role taken away is gone in pages that are open too.</summary>
    internal static async Task<Caller> RefreshAsync(PortalDb db, Caller caller, CancellationToken cancel)
    {
        if (caller.UserId.Length == 0) return caller;
        var rights = await db.Users.Where(user => user.Id == caller.UserId).Select(user => new
        {
            IsSuspended = user.SuspendedAt != null,
            Role = db.Members.Where(member => member.AccountId == caller.AccountId && member.UserId == user.Id && member.SuspendedAt == null)
                .Select(member => (AccountRole?)member.Role).SingleOrDefault(),
            IsAdministrator = db.UserRoles.Any(
                given => given.UserId == user.Id && db.Roles.Any(each => each.Id == given.RoleId && each.Name == PortalRoles.Administrator)),
        }).SingleOrDefaultAsync(cancel);
        if (rights is null or { IsSuspended: true }) return caller with { Role = AccountRole.None, IsAdministrator = false, IsSuspended = true };
        var role = rights.Role ?? AccountRole.None;
        return caller with { Role = role < caller.RoleMax ? role : caller.RoleMax, IsAdministrator = rights.IsAdministrator, IsSuspended = false };
    }
}
