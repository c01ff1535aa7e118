using SnapshotPortal.ControlPlane.Quotas;

namespace SnapshotPortal.Web.Quotas;

/// <summary>Quotas in words.</summary>
internal static class QuotaNames
{
    public static string Of(QuotaKind kind) => kind switch
    {
        QuotaKind.ManualSnapshotsPerDisk => "Manual snapshots of a disk",
        QuotaKind.AutomaticSnapshotsPerDisk => "Automatic snapshots of a disk",
        QuotaKind.LocalSnapshotsPerDisk => "Local snapshots of a disk",
        QuotaKind.PoliciesPerRegion => "Policies in a region",
        QuotaKind.PoliciesPerDisk => "Policies of a disk",
        QuotaKind.ImagesPerRegion => "Custom images in a region",
        QuotaKind.TagsPerResource => "Tags of a resource",
        _ => kind.ToString(),
    };

    public static string AtLimit(QuotaKind kind) => kind switch
    {
        QuotaKind.AutomaticSnapshotsPerDisk => "At the limit the oldest goes for the next one.",
        _ => "At the limit the next one is refused.",
    };
}
