using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>A link that makes whoever follows it a member: once, and for some days. Only the hash of its token is kept.</summary>
internal sealed class Invitation : IAnnounced
{
    public const int DaysMax = 30;

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required AccountRole Role { get; init; }

    /// <summary>The only address that may use it; null: anybody who has the link.</summary>
    public required string? Email { get; init; }

    public required string TokenHash { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public Change ToChange() => new(AccountId, ResourceKind.Invitation, Id);

    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token.Trim())));

    public static void Map(ModelBuilder builder) => builder.Entity<Invitation>(invitation =>
    {
        invitation.Property(each => each.Role).HasConversion<string>().HasMaxLength(16);
        invitation.HasIndex(each => each.TokenHash).IsUnique();
        invitation.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
    });
}

internal static class InvitationQueries
{
    /// <summary>The invitation of a token that may still be used. Used ones and those taken back are deleted, so they look like unknown ones.</summary>
    public static async Task<Invitation> GetAsync(this IQueryable<Invitation> invitations, string token, DateTimeOffset now, CancellationToken cancel)
    {
        var hash = Invitation.HashOf(token);
        return await invitations.SingleOrDefaultAsync(each => each.TokenHash == hash && each.ExpiresAt > now, cancel)
            ?? throw new OperationException(AccountErrors.InvitationNotFound, nameof(AcceptInvitation.Token));
    }

    public static void RequireFor(this Invitation invitation, string email)
    {
        if (invitation.Email is { } only && !string.Equals(only, email, StringComparison.OrdinalIgnoreCase))
            throw new OperationException(AccountErrors.InvitationForOther, nameof(JoinPortal.Email));
    }
}
