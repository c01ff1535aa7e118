using System.Globalization;
using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Layout;
using RegionInfo = SnapshotPortal.ControlPlane.Regions.RegionInfo;

namespace SnapshotPortal.Web.Disks;

/// <summary>Makes a disk, empty or from a snapshot; closes with the new disk's id.</summary>
public sealed partial class CreateDiskDialog(PortalSession session, DialogService dialogs)
{
    private const string FirstChoice = "cloud_essd/PL0"; // the category that begins at 1 GiB
    private IReadOnlyList<Place>? ranges;
    private IReadOnlyList<SnapshotInfo> snapshots = [];
    private Place? zone;
    private string? category = FirstChoice;
    private string? name;
    private string? description;
    private string? snapshotId;
    private int size = 20;
    private bool isSystem;
    private bool encrypted;

    [Parameter, EditorRequired]
    public string Account { get; set; } = "";

    /// <summary>The snapshot that the disk is to be made from, where the dialog was opened from it.</summary>
    [Parameter]
    public string? SnapshotId { get; set; }

    private SnapshotInfo? Snapshot => snapshots.FirstOrDefault(each => string.Equals(each.SnapshotId, snapshotId, StringComparison.Ordinal));

    // A snapshot makes disks in the zones of its own region only, a local one in its own zone.
    private IEnumerable<Place> Offered => (ranges ?? []).Where(place => Snapshot is null
        || string.Equals(IsLocal ? place.Zone.ZoneId : place.Region.RegionId, IsLocal ? Snapshot.ZoneId : Snapshot.RegionId, StringComparison.Ordinal));

    private bool IsLocal => Snapshot is { Category: SnapshotCategory.Flash };

    // Of a local snapshot disks of the ESSD family only (SPEC P6).
    private IReadOnlyList<DiskSizeRange> Ranges => [.. (zone?.Zone.DiskSizes ?? []).Where(range => !IsLocal || range.Category is "cloud_essd" or "cloud_auto" or "cloud_essd_entry" or "cloud_regional_disk_auto")];

    private DiskSizeRange? Range => Ranges.FirstOrDefault(range => string.Equals(KeyOf(range), category, StringComparison.Ordinal)) ?? (Ranges.Count > 0 ? Ranges[0] : null);

    private string Speed => Range is null ? "" : DiskCategories.SpeedText(Range.SpeedAt(size).Iops, Range.SpeedAt(size).Megabytes);

    private bool CanChooseEncryption => zone is { Zone.EncryptsDisks: true } && Snapshot is not { Encrypted: true };

    private bool IsEncrypted => Snapshot is { Encrypted: true } || (encrypted && CanChooseEncryption);

    private string EncryptionHint => (Snapshot, zone?.Zone.EncryptsDisks) switch
    {
        ({ Encrypted: true }, _) => "The snapshot is encrypted, and so is every disk made from it.",
        (_, not true) => "Not offered: the administrator has configured no key to encrypt with.",
        _ => "AES-256 under a key of its own. Cannot be changed later; an encrypted disk has no local snapshots.",
    };

    private string SizeHint
    {
        get
        {
            if (Range is null)
                return "";
            var allowed = string.Create(CultureInfo.InvariantCulture, $"{Range.SizeMin:N0} to {Range.SizeMax:N0} GiB.");
            return Snapshot is null ? allowed : $"{allowed} The snapshot needs {Snapshot.SourceDiskSize} GiB; {(IsLocal ? "the disk cannot be smaller." : "a smaller disk becomes that large.")}";
        }
    }

    protected override async Task OnInitializedAsync()
    {
        var regions = await session.RunAsync(Account, new DescribeRegions());
        var places = new List<Place>();
        foreach (var region in regions.Regions)
        {
            var found = await session.RunAsync(Account, new DescribeZones(region.RegionId));
            places.AddRange(found.Zones.Select(each => new Place(region, each)));
        }

        var usable = new DescribeSnapshots { Status = SnapshotId is null ? SnapshotStatus.Accomplished : null, SnapshotIds = SnapshotId is null ? null : [SnapshotId], PageSize = 100 };
        snapshots = (await session.RunAsync(Account, usable)).Snapshots;
        ranges = places;
        zone = Offered.FirstOrDefault();
        if (SnapshotId is not null)
            Choose(SnapshotId);
    }

    private void ChooseSnapshot(ChangeEventArgs change) => Choose(change.Value?.ToString());

    private void Choose(string? id)
    {
        snapshotId = string.IsNullOrEmpty(id) ? null : id;
        if (Snapshot is null)
            return;

        size = Math.Max(size, int.Parse(Snapshot.SourceDiskSize, CultureInfo.InvariantCulture));
        if (SnapshotId is not null)
            size = int.Parse(Snapshot.SourceDiskSize, CultureInfo.InvariantCulture);
        if (zone is null || !Offered.Contains(zone))
            zone = Offered.FirstOrDefault();
    }

    private void ChooseZone(ChangeEventArgs change) =>
        zone = Offered.FirstOrDefault(each => string.Equals(each.Zone.ZoneId, change.Value?.ToString(), StringComparison.Ordinal));

    private async Task CreateAsync()
    {
        var made = await session.RunAsync(Account, new CreateDisk(zone!.Region.RegionId, zone.Zone.ZoneId)
        {
            DiskName = string.IsNullOrWhiteSpace(name) ? null : name.Trim(),
            Description = string.IsNullOrWhiteSpace(description) ? null : description.Trim(),
            DiskCategory = Range!.Category,
            PerformanceLevel = Range.PerformanceLevel,
            Size = size,
            SnapshotId = snapshotId,
            IsSystem = isSystem,
            Encrypted = IsEncrypted,
        });
        dialogs.Close(made.DiskId);
    }

    private static string KeyOf(DiskSizeRange range) => range.PerformanceLevel is null ? range.Category : $"{range.Category}/{range.PerformanceLevel}";

    private sealed record Place(RegionInfo Region, ZoneInfo Zone);
}
