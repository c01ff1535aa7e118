using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes a user; for administrators. Without a password a one-time password is made; either has to be changed at the first sign-in.</summary>
[PortalOnly]
public sealed record CreateUser(string Email) : IOperation<CreateUserResult>
{
    public string? Password { get; init; }

    public bool IsAdministrator { get; init; }
}

/// <summary>The user that was made.</summary>
/// <param name="UserId">The new user.</param>
/// <param name="OneTimePassword">Shown this once; null where a password was given.</param>
public sealed record CreateUserResult(string UserId, string? OneTimePassword);

internal sealed class CreateUserHandler(NewAccounts accounts, Passwords passwords) : IHandler<CreateUser, CreateUserResult>
{
    public async Task<CreateUserResult> RunAsync(CreateUser request, Caller caller, CancellationToken cancel)
    {
        var drawn = string.IsNullOrEmpty(request.Password) ? passwords.New() : null;
        var user = await accounts.AddUserAsync(request.Email, drawn ?? request.Password!, request.IsAdministrator, mustChangePassword: true);
        return new(user.Id, drawn);
    }
}
