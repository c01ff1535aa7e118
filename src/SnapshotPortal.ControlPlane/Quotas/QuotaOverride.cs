using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>The limit that an administrator gave an account instead of the installation's.</summary>
internal sealed class QuotaOverride : IAnnounced
{
    public required string AccountId { get; init; }

    public required QuotaKind Kind { get; init; }

    public required int Limit { get; set; }

    public Change ToChange() => new(AccountId, ResourceKind.Quota, AccountId);

    public static void Map(ModelBuilder builder) => builder.Entity<QuotaOverride>(quota =>
    {
        quota.HasKey(each => new { each.AccountId, each.Kind });
        quota.Property(each => each.Kind).HasConversion<string>().HasMaxLength(32);
        quota.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
    });
}
