using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>What instances are made from. It holds no content: it names snapshots, which stay for as long as it does.</summary>
internal sealed class Image : IAnnounced
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    /// <summary>The name under which the newest of several images is found; empty where it has none.</summary>
    public required string Family { get; set; }

    public required string ImageVersion { get; init; }

    public required string Platform { get; init; }

    public required string Architecture { get; init; }

    public required string BootMode { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Withdrawn: no new instances are made from it.</summary>
    public bool IsDeprecated { get; set; }

    /// <summary>Its disks, the system disk first.</summary>
    public List<ImageDisk> Disks { get; } = [];

    public Change ToChange() => new(AccountId, ResourceKind.Image, Id);

    public static void Map(ModelBuilder builder)
    {
        builder.Entity<Image>(image =>
        {
            image.HasIndex(each => new { each.AccountId, each.RegionId, each.Name }).IsUnique();
            image.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
            image.HasMany(each => each.Disks).WithOne().HasForeignKey(each => each.ImageId);
            image.Property<long>(PortalDb.Version).IsConcurrencyToken();
        });
        builder.Entity<ImageDisk>(disk =>
        {
            disk.ToTable("ImageDisks");
            disk.HasKey(each => new { each.ImageId, each.Device });
            disk.HasIndex(each => each.SnapshotId);
        });
    }
}

/// <summary>A disk of an image.</summary>
internal sealed class ImageDisk
{
    public required string ImageId { get; init; }

    public required string Device { get; init; }

    /// <summary>What it holds; null: nothing.</summary>
    public required string? SnapshotId { get; init; }

    public required int SizeGiB { get; init; }
}

/// <summary>The states of an image (SPEC 2.11).</summary>
public static class ImageStatus
{
    public const string Creating = "Creating";
    public const string Waiting = "Waiting";
    public const string Available = "Available";
    public const string Unavailable = "UnAvailable";
    public const string CreateFailed = "CreateFailed";
    public const string Deprecated = "Deprecated";
}

internal static class ImageQueries
{
    public static async Task<Image> GetImageAsync(this PortalDb db, PortalOptions options, string regionId, string id, Caller caller, CancellationToken cancel)
    {
        var region = Regions.RegionErrors.Region(options, regionId);
        return await db.Images.SingleOrDefaultAsync(image => image.Id == id && image.AccountId == caller.AccountId && image.RegionId == region.RegionId, cancel)
            ?? throw new OperationException(PublicImages.All.Any(image => image.ImageId == id) ? ImageErrors.Public : ImageErrors.NotFound, "ImageId");
    }
}
