using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Start;

/// <summary>Makes the users that the configuration names, in a database that has none: for unattended installs and demonstrations.</summary>
internal sealed class FirstAccounts(PortalDb db, PortalOptions options, NewAccounts accounts, AccessKeySecrets secrets, TimeProvider time)
{
    public async Task AddAsync(CancellationToken cancel)
    {
        var (email, password, accessKeyId, accessKeySecret) = options.Bootstrap;
        if ((email is null && options.DemoUsers.Count == 0) || await db.Users.AnyAsync(cancel)) return;
        await using var write = await db.BeginWriteAsync(cancel);
        try
        {
            Account? account = null;
            if (email is not null) account = await AddUserAsync(account, new(email, password!, AccountRole.Owner, IsAdministrator: true), cancel);
            foreach (var demo in options.DemoUsers) account = await AddUserAsync(account, demo, cancel);
            if (accessKeyId is not null) AddAccessKey(account!, accessKeyId, accessKeySecret!);
        }
        catch (OperationException refusal)
        {
            throw new PortalStartException($"The configuration is wrong: a user of Portal:Bootstrap or Portal:Demo:Users is not accepted. {refusal.Message} {refusal.Error.Advice}", refusal);
        }

        await write.CommitAsync();
    }

    private async Task<Account> AddUserAsync(Account? account, DemoUserOptions user, CancellationToken cancel)
    {
        var added = await accounts.AddUserAsync(user.Email, user.Password, user.IsAdministrator, mustChangePassword: false);
        if (account is null) return await accounts.AddAsync("default", added.Id, cancel); // the first owns it
        accounts.AddMember(account.Id, added.Id, user.Role);
        return account;
    }

    private void AddAccessKey(Account account, string id, string secret) => db.AccessKeys.Add(new()
    {
        Id = id,
        AccountId = account.Id,
        UserId = account.Members[0].UserId,
        Name = "bootstrap",
        ProtectedSecret = secrets.Protect(secret),
        CreatedAt = time.GetUtcNow(),
    });
}
