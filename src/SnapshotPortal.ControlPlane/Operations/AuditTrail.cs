using Microsoft.EntityFrameworkCore;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>One line of the audit trail: who asked for which change, and what came of it. Lines are only ever added.</summary>
internal sealed class AuditEntry : Paging.IPlaced
{
    /// <summary>The request id.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string AccountId { get; init; }

    public required string UserId { get; init; }

    public required CallerSource Source { get; init; }

    public required string Operation { get; init; }

    public required string? ResourceId { get; init; }

    /// <summary><see cref="Success"/> or an error code.</summary>
    public required string Outcome { get; init; }

    public const string Success = "Success";

    public static void Map(ModelBuilder builder) => builder.Entity<AuditEntry>(entry =>
    {
        entry.ToTable("AuditTrail");
        entry.Property(each => each.Source).HasConversion<string>().HasMaxLength(16);
        entry.HasIndex(each => new { each.AccountId, each.CreatedAt });
        entry.HasIndex(each => new { each.ResourceId, each.CreatedAt });
    });
}
