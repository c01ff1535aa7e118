using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes an account; for administrators. Its first owner is the user of <see cref="OwnerEmail"/>, or the caller.</summary>
[PortalOnly]
public sealed record CreateAccount(string AccountName) : IOperation<CreateAccountResult>
{
    public string? OwnerEmail { get; init; }
}

public sealed record CreateAccountResult(string AccountId);

internal sealed class CreateAccountHandler(PortalDb db, NewAccounts accounts) : IHandler<CreateAccount, CreateAccountResult>
{
    public async Task<CreateAccountResult> RunAsync(CreateAccount request, Caller caller, CancellationToken cancel)
    {
        var ownerId = request.OwnerEmail is { Length: > 0 } email ? (await db.FindUserAsync(email, nameof(request.OwnerEmail), cancel)).Id : caller.UserId;
        return new((await accounts.AddAsync(request.AccountName, ownerId, cancel)).Id);
    }
}
