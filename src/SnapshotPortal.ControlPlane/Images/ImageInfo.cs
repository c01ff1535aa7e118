using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>An image as callers see it; names and values as ECS has them. Size of the system disk in GiB.</summary>
public sealed record ImageInfo
{
    public required string ImageId { get; init; }
    public required string ImageName { get; init; }
    public required string Description { get; init; }
    public required string ImageFamily { get; init; }
    public required string ImageVersion { get; init; }

    /// <summary><c>system</c>: of the portal; <c>self</c>: of the account.</summary>
    public required string ImageOwnerAlias { get; init; }
    public required int Size { get; init; }
    public required string OSType { get; init; }
    public required string OSName { get; init; }
    public required string OSNameEn { get; init; }
    public required string Platform { get; init; }
    public required string Architecture { get; init; }
    public required string BootMode { get; init; }

    /// <summary><c>Creating</c>, <c>Available</c>, …; see <see cref="ImageStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary><c>0%</c>…<c>100%</c>.</summary>
    public required string Progress { get; init; }

    /// <summary><c>instance</c> or <c>none</c>.</summary>
    public required string Usage { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required IReadOnlyList<DiskDeviceMappingInfo> DiskDeviceMappings { get; init; }
    public IReadOnlyList<TagInfo> Tags { get; init; } = [];
    public string IsSelfShared { get; init; } = "";
    public bool IsPublic { get; init; }
    public bool IsCopied { get; init; }
    public bool IsSubscribed { get; init; }
    public bool IsSupportCloudinit { get; init; }
    public bool IsSupportIoOptimized { get; init; } = true;
    public string ProductCode { get; init; } = "";

    /// <summary>Empty for those of the portal, which are in every region.</summary>
    [PortalOnly]
    public required string RegionId { get; init; }

    /// <summary>How many instances were made from it and still exist.</summary>
    [PortalOnly]
    public required int InstanceCount { get; init; }
}

/// <summary>A disk of an image.</summary>
/// <param name="Device">As what instances see it.</param>
/// <param name="Type"><c>system</c> or <c>data</c>.</param>
/// <param name="Size">GiB, as text.</param>
/// <param name="SnapshotId">What it holds; empty: nothing.</param>
/// <param name="Progress">How far that snapshot is.</param>
public sealed record DiskDeviceMappingInfo(string Device, string Type, string Size, string SnapshotId, string Progress)
{
    public string Format { get; init; } = "";
    public int RemainTime { get; init; }
    public bool Encrypted { get; init; }
    public string ImportOSSBucket { get; init; } = "";
    public string ImportOSSObject { get; init; } = "";
}
