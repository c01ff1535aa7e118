using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>A person who can sign in; the user name is the e-mail address.</summary>
public sealed class PortalUser : IdentityUser, IAnnounced
{
    /// <summary>When the user was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Whether the password was chosen by somebody else, so that the user has to choose another one first.</summary>
    public bool MustChangePassword { get; set; }

    /// <summary>Since when the user may do nothing at all, not even sign in; null: active.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    Change IAnnounced.ToChange() => new("", ResourceKind.User, Id);
}

/// <summary>What a user may do in an account; each role includes those before it.</summary>
public enum AccountRole
{
    /// <summary>Not a member.</summary>
    None,

    /// <summary>Sees everything.</summary>
    Viewer,

    /// <summary>Changes disks and snapshots.</summary>
    Operator,

    /// <summary>Changes members too.</summary>
    Owner,
}

/// <summary>The roles in the whole portal.</summary>
public static class PortalRoles
{
    /// <summary>Makes users and accounts.</summary>
    public const string Administrator = "Administrator";
}
