using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes accounts and users, for the operations and for the first start alike; inside the write of who calls.</summary>
internal sealed class NewAccounts(PortalDb db, UserManager<PortalUser> users, RoleManager<IdentityRole> roles, ResourceIds ids, TimeProvider time)
{
    public async Task<Account> AddAsync(string name, string ownerId, CancellationToken cancel)
    {
        if (!Names.IsResourceName(name)) throw new OperationException(AccountErrors.NameMalformed, nameof(CreateAccount.AccountName));
        if (await db.Accounts.AnyAsync(account => account.Name == name, cancel)) throw new OperationException(AccountErrors.NameTaken, nameof(CreateAccount.AccountName));
        var account = new Account { Id = ids.New("a"), Name = name, CreatedAt = time.GetUtcNow() };
        db.Accounts.Add(account);
        AddMember(account.Id, ownerId, AccountRole.Owner);
        return account;
    }

    public void AddMember(string accountId, string userId, AccountRole role)
        => db.Members.Add(new() { AccountId = accountId, UserId = userId, Role = role, AddedAt = time.GetUtcNow() });

    public async Task<PortalUser> AddUserAsync(string email, string password, bool isAdministrator, bool mustChangePassword)
    {
        if (!EmailAddress.IsValid(email)) throw new OperationException(AccountErrors.EmailMalformed, nameof(CreateUser.Email));
        if (await users.FindByEmailAsync(email) is not null) throw new OperationException(AccountErrors.EmailTaken, nameof(CreateUser.Email));
        var user = new PortalUser
        {
            Id = ids.New("u"),
            UserName = email,
            Email = email,
            EmailConfirmed = true, // there is no mail server: an administrator vouches for the address
            CreatedAt = time.GetUtcNow(),
            MustChangePassword = mustChangePassword,
        };
        Require(await users.CreateAsync(user, password));
        if (!isAdministrator) return user;
        if (!await roles.RoleExistsAsync(PortalRoles.Administrator)) Require(await roles.CreateAsync(new(PortalRoles.Administrator) { Id = ids.New("r") }));
        Require(await users.AddToRoleAsync(user, PortalRoles.Administrator));
        return user;
    }

    /// <summary>Identity's refusals: what is left after the checks above is about the password or the address.</summary>
    public static void Require(IdentityResult result)
    {
        if (result.Succeeded) return;
        var problem = result.Errors.First();
        var about = problem.Code.StartsWith("Password", StringComparison.Ordinal);
        var error = about ? AccountErrors.PasswordMalformed : AccountErrors.EmailMalformed;
        throw new OperationException(error with { Message = problem.Description }, about ? nameof(CreateUser.Password) : nameof(CreateUser.Email));
    }
}

internal static class UserQueries
{
    public static async Task<PortalUser> FindUserAsync(this PortalDb db, string email, string parameter, CancellationToken cancel)
    {
        var normalized = email.Trim().ToUpperInvariant();
        return await db.Users.SingleOrDefaultAsync(user => user.NormalizedEmail == normalized, cancel)
            ?? throw new OperationException(AccountErrors.UserNotFound, parameter);
    }
}
