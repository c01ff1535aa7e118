using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>What owns disks and snapshots. People work in it as its members.</summary>
internal sealed class Account : IAnnounced
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<AccountMember> Members { get; } = [];

    public Change ToChange() => new(Id, ResourceKind.Account, Id);

    public static void Map(ModelBuilder builder)
    {
        builder.Entity<Account>(account =>
        {
            account.Property(each => each.Name).HasMaxLength(128);
            account.HasIndex(each => each.Name).IsUnique();
            account.HasMany(each => each.Members).WithOne().HasForeignKey(each => each.AccountId);
        });
        builder.Entity<AccountMember>(member =>
        {
            member.HasKey(each => new { each.AccountId, each.UserId });
            member.HasOne(each => each.User).WithMany().HasForeignKey(each => each.UserId);
            member.Property(each => each.Role).HasConversion<string>().HasMaxLength(16);
        });
        AccessKey.Map(builder);
        Invitation.Map(builder);
        builder.Entity<PortalUser>().HasIndex(each => each.NormalizedEmail).HasDatabaseName("EmailIndex").IsUnique();
    }
}

/// <summary>A user's place in an account.</summary>
internal sealed class AccountMember : IAnnounced
{
    public required string AccountId { get; init; }

    public required string UserId { get; init; }

    public PortalUser User { get; init; } = null!;

    public required AccountRole Role { get; set; }

    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Since when an owner keeps the member out of this account; null: active.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    public Change ToChange() => new(AccountId, ResourceKind.Member, UserId);
}
