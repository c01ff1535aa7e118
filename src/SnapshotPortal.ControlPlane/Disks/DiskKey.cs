using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The wrapped key of an encrypted disk, and of everything made from it. It goes with the last of them.</summary>
internal sealed class DiskKey
{
    public required Guid Id { get; init; }

    public required string AccountId { get; init; }

    /// <summary>As <see cref="Engine.Crypto.WrappedKey"/> encodes it.</summary>
    public required byte[] Wrapped { get; set; }

    /// <summary>The key-encryption key that it is wrapped under.</summary>
    public required string KekId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<DiskKey>(key =>
    {
        key.Property(each => each.KekId).HasMaxLength(64);
        key.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
    });
}
