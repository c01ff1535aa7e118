using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>The categories that disks can have here, with their sizes and speeds (SPEC 2.3). Ephemeral and local disks are not offered.</summary>
internal static class DiskCategories
{
    public const string Essd = "cloud_essd";

    /// <summary>What ECS takes where nothing is given.</summary>
    public const string ByDefault = "cloud";

    public const string AutoPl = "cloud_auto";

    public const string LevelByDefault = "PL1";

    public static readonly IReadOnlyList<DiskSizeRange> All =
    [
        new("cloud_essd", "PL0", "ESSD PL0", 1, 65536),
        new("cloud_essd", "PL1", "ESSD PL1", 20, 65536),
        new("cloud_essd", "PL2", "ESSD PL2", 461, 65536),
        new("cloud_essd", "PL3", "ESSD PL3", 1261, 65536),
        new(AutoPl, null, "ESSD AutoPL", 1, 65536),
        new("cloud_essd_entry", null, "ESSD Entry", 10, 32768),
        new("cloud_regional_disk_auto", null, "Regional ESSD", 10, 65536),
        new("cloud_ssd", null, "Standard SSD", 20, 32768),
        new("cloud_efficiency", null, "Ultra disk", 20, 32768),
        new("cloud", null, "Basic disk", 5, 2000),
    ];

    /// <summary>The ESSD family may be used before it is uploaded, and takes ten snapshots at a time; the others one.</summary>
    public static bool IsEssdFamily(string category) => category is Essd or AutoPl or "cloud_essd_entry" or "cloud_regional_disk_auto";

    /// <summary>What ModifyDiskSpec takes (SPEC 7.5).</summary>
    public static bool IsChangeTarget(string category) => category is Essd or AutoPl or "cloud_essd_entry" or "cloud_ssd" or "cloud_efficiency";

    public static int SnapshotsAtOnce(string category) => IsEssdFamily(category) ? 10 : 1;

    public static DiskSizeRange? Find(string category, string? level) => All.FirstOrDefault(each => each.Category == category && each.PerformanceLevel == level);

    /// <summary>The largest system disk in GiB; null where a category has none.</summary>
    public static int? SystemSizeMax(string category) => category switch
    {
        "cloud" => 500,
        "cloud_efficiency" or "cloud_ssd" or Essd or "cloud_auto" or "cloud_essd_entry" => 2048,
        _ => null,
    };

    /// <summary>How much beyond its baseline an AutoPL disk can be given.</summary>
    public static int ProvisionedIopsMax(int sizeGiB) => sizeGiB <= 3 ? 0 : Math.Clamp(1000 * sizeGiB - Iops(AutoPl, null, sizeGiB), 0, 50_000);

    /// <summary>What a disk may do in a second; none where no formula is published.</summary>
    public static RateLimits Limits(Disk disk)
    {
        var iops = Iops(disk.Category, disk.PerformanceLevel, disk.SizeGiB) + (disk.ProvisionedIops ?? 0);
        var megabytes = Throughput(disk.Category, disk.PerformanceLevel, disk.SizeGiB);
        return new(iops > 0 ? iops : null, megabytes > 0 ? (long)megabytes << 20 : null);
    }

    public static int Iops(string category, string? level, int sizeGiB) => (category, level) switch
    {
        (Essd, "PL0") => Math.Min(1800 + 12 * sizeGiB, 10_000),
        (Essd, "PL1") => Math.Min(1800 + 50 * sizeGiB, 50_000),
        (Essd, "PL2") => Math.Min(1800 + 50 * sizeGiB, 100_000),
        (Essd, _) => Math.Min(1800 + 50 * sizeGiB, 1_000_000),
        (AutoPl or "cloud_regional_disk_auto", _) => Math.Max(Math.Min(1800 + 50 * sizeGiB, 50_000), 3_000),
        ("cloud_ssd", _) => Math.Min(1800 + 30 * sizeGiB, 25_000),
        ("cloud_efficiency", _) => Math.Min(1800 + 8 * sizeGiB, 5_000),
        _ => 0, // no formula is published
    };

    public static int Throughput(string category, string? level, int sizeGiB) => (category, level) switch
    {
        (Essd, "PL0") => (int)Math.Min(100 + 0.25 * sizeGiB, 180),
        (Essd, "PL1") => (int)Math.Min(120 + 0.5 * sizeGiB, 350),
        (Essd, "PL2") => (int)Math.Min(120 + 0.5 * sizeGiB, 750),
        (Essd, _) => (int)Math.Min(120 + 0.5 * sizeGiB, 4_000),
        ("cloud_ssd", _) => (int)Math.Min(120 + 0.5 * sizeGiB, 300),
        ("cloud_efficiency", _) => (int)Math.Min(100 + 0.15 * sizeGiB, 140),
        _ => 0,
    };
}
