using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>A key pair for the HTTP API: it stands for one user in one account, with at most the rights that both have.</summary>
internal sealed class AccessKey : IAnnounced
{
    /// <summary>The AccessKeyId.</summary>
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string UserId { get; init; }

    /// <summary>What it is for, in the words of who made it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Encrypted by data protection: signatures are checked with the secret itself, so a hash would not do.</summary>
    public required string ProtectedSecret { get; set; }

    /// <summary>The most that it may do; its user's role in the account limits it too.</summary>
    public AccountRole RoleMax { get; init; } = AccountRole.Owner;

    public bool IsActive { get; set; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To the minute; null where it was never used.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public Change ToChange() => new(AccountId, ResourceKind.AccessKey, Id);

    public static void Map(ModelBuilder builder) => builder.Entity<AccessKey>(key =>
    {
        key.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        key.HasIndex(each => new { each.AccountId, each.UserId });
        key.Property(each => each.Name).HasMaxLength(128);
        key.Property(each => each.RoleMax).HasConversion<string>().HasMaxLength(16).HasDefaultValue(AccountRole.Owner).HasSentinel(AccountRole.None);
        key.Property(each => each.IsActive).HasDefaultValue(true).HasSentinel(true);
    });
}

internal static class AccessKeyQueries
{
    /// <summary>A key that the caller may manage: their own, for owners every key of the account.</summary>
    public static async Task<AccessKey> GetAsync(this IQueryable<AccessKey> keys, Caller caller, string id, CancellationToken cancel)
        => await keys.VisibleTo(caller).SingleOrDefaultAsync(key => key.Id == id, cancel) ?? throw new OperationException(AccountErrors.AccessKeyNotFound, "AccessKeyId");

    public static IQueryable<AccessKey> VisibleTo(this IQueryable<AccessKey> keys, Caller caller)
        => keys.Where(key => key.AccountId == caller.AccountId && (caller.Role == AccountRole.Owner || key.UserId == caller.UserId));
}
