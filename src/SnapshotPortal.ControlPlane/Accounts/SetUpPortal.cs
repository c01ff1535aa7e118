using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes the first administrator, with the one-time token that the console showed, and a first account that the administrator owns.</summary>
[PortalOnly]
public sealed record SetUpPortal(string Token, string Email, string Password) : IOperation<SetUpPortalResult>
{
    public string AccountName { get; init; } = "default";
}

public sealed record SetUpPortalResult(string UserId, string AccountId);

internal sealed class SetUpPortalHandler(PortalDb db, SetUpToken token, NewAccounts accounts) : IHandler<SetUpPortal, SetUpPortalResult>
{
    public async Task<SetUpPortalResult> RunAsync(SetUpPortal request, Caller caller, CancellationToken cancel)
    {
        if (await db.Users.AnyAsync(cancel)) throw new OperationException(AccountErrors.AlreadySetUp);
        if (token.Check(request.Token) is not TokenCheck.Right and var wrong)
            throw new OperationException(wrong == TokenCheck.TooOften ? AccountErrors.SetUpTooOften : AccountErrors.SetUpTokenWrong, nameof(request.Token));
        var user = await accounts.AddUserAsync(request.Email, request.Password, isAdministrator: true, mustChangePassword: false);
        var account = await accounts.AddAsync(request.AccountName, user.Id, cancel);
        db.AfterCommit(() =>
        {
            token.Consume();
            return Task.CompletedTask;
        });
        return new(user.Id, account.Id);
    }
}
