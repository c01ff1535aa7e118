using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.Web.Instances;

/// <summary>Makes instances on one page: defaults that work, and what comes of them beside the form.</summary>
public sealed partial class RunInstancePage
{
    private const int SystemSizeByDefault = 40;
    private IReadOnlyList<ImageInfo>? images;
    private IReadOnlyList<InstanceTypeInfo> types = [];
    private readonly List<(string RegionId, ZoneInfo Zone)> zones = [];
    private readonly List<DataDisk> dataDisks = [];
    private string imageKey = "";
    private string? zoneId;
    private string typeId = "ecs.g7.large";
    private string? name;
    private int amount = 1;
    private int systemSize = SystemSizeByDefault;
    private string systemCategory = "cloud_essd/PL0";

    [SupplyParameterFromQuery(Name = "image")]
    private string? ImageId { get; set; }

    private ImageInfo? Image => images?.FirstOrDefault(image => string.Equals(KeyOf(image), imageKey, StringComparison.Ordinal));

    // A custom image makes instances in its own region, those of the portal in all.
    private IEnumerable<ZoneInfo> OfferedZones => zones.Where(each => Image is { RegionId.Length: 0 } || string.Equals(each.RegionId, Image?.RegionId, StringComparison.Ordinal)).Select(each => each.Zone);

    private ZoneInfo? Zone => OfferedZones.FirstOrDefault(zone => string.Equals(zone.ZoneId, zoneId, StringComparison.Ordinal)) ?? OfferedZones.FirstOrDefault();

    private IEnumerable<DiskSizeRange> SystemRanges => Zone?.DiskSizes.Where(range => range.Category is not "cloud_regional_disk_auto") ?? [];

    private int ImageDataDisks => Image?.DiskDeviceMappings.Count(disk => disk.Type is "data") ?? 0;

    private long TotalGiB => (systemSize + dataDisks.Sum(disk => (long)disk.Size)
        + (Image?.DiskDeviceMappings.Where(disk => disk.Type is "data").Sum(disk => long.Parse(disk.Size, CultureInfo.InvariantCulture)) ?? 0)) * amount;

    private IReadOnlyList<string> Fields =>
    [
        nameof(RunInstances.ImageId), nameof(RunInstances.ZoneId), nameof(RunInstances.InstanceName), nameof(RunInstances.Amount), nameof(RunInstances.InstanceType), "SystemDisk.Size", "SystemDisk.Category",
        .. dataDisks.SelectMany((_, i) => (string[])[string.Create(CultureInfo.InvariantCulture, $"DataDisk.{i + 1}.DiskName"), string.Create(CultureInfo.InvariantCulture, $"DataDisk.{i + 1}.Size")]),
    ];

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Image;

    protected override async Task LoadAsync()
    {
        if (zones.Count == 0)
            await FindZonesAsync();

        if (types.Count == 0)
            types = (await RunAsync(new DescribeInstanceTypes())).InstanceTypes;

        images = (await RunAsync(new DescribeImages { PageSize = 100 })).Images;
        if (Image is null && images.FirstOrDefault(image => ImageId is null || string.Equals(image.ImageId, ImageId, StringComparison.Ordinal)) is { } first)
            Choose(first);
    }

    private async Task FindZonesAsync()
    {
        foreach (var region in (await RunAsync(new DescribeRegions())).Regions)
            zones.AddRange((await RunAsync(new DescribeZones(region.RegionId))).Zones.Select(zone => (region.RegionId, zone)));
    }

    private void ChooseImage(ChangeEventArgs change)
    {
        if (images?.FirstOrDefault(image => string.Equals(KeyOf(image), change.Value?.ToString(), StringComparison.Ordinal)) is { } chosen)
            Choose(chosen);
    }

    private void Choose(ImageInfo image)
    {
        imageKey = KeyOf(image);
        systemSize = image.RegionId.Length > 0 ? image.Size : Math.Max(SystemSizeByDefault, image.Size);
    }

    private async Task RunInstanceAsync()
    {
        var category = systemCategory.Split('/');
        var made = await RunAsync(new RunInstances(zones.First(each => each.Zone == Zone).RegionId)
        {
            ZoneId = Zone!.ZoneId,
            ImageId = Image!.ImageId,
            InstanceType = typeId,
            InstanceName = string.IsNullOrWhiteSpace(name) ? null : name.Trim(),
            UniqueSuffix = true,
            Amount = amount,
            SystemDisk = new() { Size = systemSize.ToString(CultureInfo.InvariantCulture), Category = category[0], PerformanceLevel = category.Length > 1 ? category[1] : null },
            DataDisk = [.. dataDisks.Select(disk => new DataDiskRequest { Size = disk.Size, DiskName = string.IsNullOrWhiteSpace(disk.Name) ? null : disk.Name.Trim(), DeleteWithInstance = disk.DeleteWithInstance })],
        });
        Navigation.NavigateTo(made.InstanceIdSets.Count == 1 ? PortalUrls.Instance(Account, made.InstanceIdSets[0]) : PortalUrls.Instances(Account));
    }

    private static string KeyOf(ImageInfo image) => image.ImageId;

    private static string KeyOf(DiskSizeRange range) => range.PerformanceLevel is null ? range.Category : $"{range.Category}/{range.PerformanceLevel}";

    private sealed class DataDisk
    {
        public string? Name { get; set; }

        public int Size { get; set; } = 20;

        public bool DeleteWithInstance { get; set; } = true;
    }
}
