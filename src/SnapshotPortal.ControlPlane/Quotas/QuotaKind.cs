namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>What is limited (SPEC P11). The defaults are configuration, <c>Portal:Quotas</c>; an administrator may give an account another limit.</summary>
public enum QuotaKind
{
    /// <summary>Normal snapshots of a disk that people made.</summary>
    ManualSnapshotsPerDisk,

    /// <summary>Normal snapshots of a disk that policies made.</summary>
    AutomaticSnapshotsPerDisk,

    /// <summary>Local snapshots of a disk.</summary>
    LocalSnapshotsPerDisk,

    /// <summary>Automatic snapshot policies in a region.</summary>
    PoliciesPerRegion,

    /// <summary>Policies that are applied to a disk.</summary>
    PoliciesPerDisk,

    /// <summary>Custom images in a region.</summary>
    ImagesPerRegion,

    /// <summary>Tags of a resource.</summary>
    TagsPerResource,
}

internal static class QuotaDefaults
{
    public const int LimitMax = 65536;

    /// <summary>The limit where neither the configuration nor an administrator says anything.</summary>
    public static int Of(QuotaKind kind) => kind switch
    {
        QuotaKind.ManualSnapshotsPerDisk => 256,
        QuotaKind.AutomaticSnapshotsPerDisk => 1000,
        QuotaKind.LocalSnapshotsPerDisk => 10,
        QuotaKind.PoliciesPerRegion => 100,
        QuotaKind.PoliciesPerDisk => 10,
        QuotaKind.ImagesPerRegion => 100,
        QuotaKind.TagsPerResource => 20,
        _ => throw new InvalidOperationException($"Unknown quota {kind}."),
    };
}
