using System.Globalization;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.Web.Disks;

/// <summary>What people call the disk categories.</summary>
public static class DiskCategories
{
    public static string NameOf(DiskInfo disk) => NameOf(disk.Category, disk.PerformanceLevel);

    public static string NameOf(DiskSizeRange range) => NameOf(range.Category, range.PerformanceLevel);

    /// <summary>What a disk may do in a second, in words.</summary>
    public static string SpeedText(int iops, int megabytes) => (iops, megabytes) switch
    {
        (0, 0) => "not limited",
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{iops:N0} IOPS"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{iops:N0} IOPS, {megabytes:N0} MB/s"),
    };

    private static string NameOf(string category, string? level) => category switch
    {
        "cloud" => "Basic disk",
        "cloud_efficiency" => "Ultra disk",
        "cloud_ssd" => "Standard SSD",
        "cloud_essd" => $"ESSD {level}",
        "cloud_auto" => "ESSD AutoPL",
        "cloud_essd_entry" => "ESSD Entry",
        "cloud_regional_disk_auto" => "Regional ESSD",
        _ => category,
    };
}
