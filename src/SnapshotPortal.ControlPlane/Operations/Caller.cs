using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>Who asks, for which account, by which way. <see cref="Callers"/> makes one for a signed-in user.</summary>
/// <param name="AccountId">The account that is worked in; empty outside any account.</param>
/// <param name="UserId">The user; empty for the portal itself and before anyone has signed in.</param>
/// <param name="Role">The user's role in the account when the caller was made; the runner reads it anew for every operation.</param>
/// <param name="IsAdministrator">Whether the user administers the portal.</param>
/// <param name="Source">The way the request came.</param>
public sealed record Caller(string AccountId, string UserId, AccountRole Role, bool IsAdministrator, CallerSource Source)
{
    /// <summary>The most that this way of asking allows, whatever the user's role: the scope of an access key.</summary>
    public AccountRole RoleMax { get; init; } = AccountRole.Owner;

    /// <summary>Whether the user is suspended, or gone: nothing is allowed that needs somebody signed in.</summary>
    internal bool IsSuspended { get; init; }

    /// <summary>Somebody who has not signed in.</summary>
    public static readonly Caller Anonymous = new("", "", AccountRole.None, IsAdministrator: false, CallerSource.Portal);

    /// <summary>A policy at work, with the rights of its account.</summary>
    internal static Caller ForPolicy(string accountId) => new(accountId, "", AccountRole.Owner, IsAdministrator: false, CallerSource.Policy);

    /// <summary>A background job that works for an account.</summary>
    internal static Caller ForJob(string accountId) => new(accountId, "", AccountRole.Owner, IsAdministrator: false, CallerSource.Job);
}

/// <summary>The way a request came.</summary>
public enum CallerSource
{
    /// <summary>A page.</summary>
    Portal,

    /// <summary>The HTTP API.</summary>
    Api,

    /// <summary>An automatic policy.</summary>
    Policy,

    /// <summary>A background job.</summary>
    Job,
}
