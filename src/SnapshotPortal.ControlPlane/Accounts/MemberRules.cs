using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>What must stay true of an account's members.</summary>
internal static class MemberRules
{
    public static void RequireRole(AccountRole role)
    {
        if (role == AccountRole.None || !Enum.IsDefined(role)) throw new OperationException(AccountErrors.RoleInvalid, "Role");
    }

    public static async Task<AccountMember> GetMemberAsync(this PortalDb db, Caller caller, string userId, CancellationToken cancel)
        => await db.Members.SingleOrDefaultAsync(member => member.AccountId == caller.AccountId && member.UserId == userId, cancel)
           ?? throw new OperationException(AccountErrors.MemberNotFound, "UserId");

    /// <summary>An account without an owner could never get one again.</summary>
    public static async Task RequireAnotherOwnerAsync(this PortalDb db, AccountMember member, CancellationToken cancel)
    {
        if (member is not { Role: AccountRole.Owner, SuspendedAt: null }) return;
        if (!await db.Members.AnyAsync(other => other.AccountId == member.AccountId && other.UserId != member.UserId && other.Role == AccountRole.Owner && other.SuspendedAt == null, cancel))
            throw new OperationException(AccountErrors.LastOwner, "UserId");
    }
}
