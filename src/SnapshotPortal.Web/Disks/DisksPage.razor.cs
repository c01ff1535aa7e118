using System.Globalization;
using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Policies;

namespace SnapshotPortal.Web.Disks;

/// <summary>The disks of an account. Search, filters, order and page are in the address.</summary>
public sealed partial class DisksPage(DialogService dialogs)
{
    private const int RowsPerPage = 20;
    private readonly Dictionary<string, DiskInfo> selected = new(StringComparer.Ordinal);
    private DescribeDisksResult? disks;
    private IReadOnlyList<string> zones = [];

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "zone")]
    private string? Zone { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    private bool IsFiltered => !string.IsNullOrEmpty(Search) || !string.IsNullOrEmpty(Status) || !string.IsNullOrEmpty(Zone);

    private bool MayConfigure => Session.MayConfigurePolicies(Account);

    private bool IsAllSelected => disks is { Disks.Count: > 0 } && disks.Disks.All(disk => selected.ContainsKey(disk.DiskId));

    private DescribeDisks Query => new()
    {
        Search = Search,
        Status = string.IsNullOrEmpty(Status) ? null : Status,
        ZoneId = string.IsNullOrEmpty(Zone) ? null : Zone,
        Order = Sort switch
        {
            "oldest" => DiskOrder.Oldest,
            "name" => DiskOrder.Name,
            "name-desc" => DiskOrder.NameDescending,
            "size" => DiskOrder.Size,
            "size-desc" => DiskOrder.SizeDescending,
            _ => DiskOrder.Newest,
        },
        PageNumber = Math.Max(1, Page ?? 1),
        PageSize = RowsPerPage,
    };

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Disk or ResourceKind.Snapshot or ResourceKind.Job or ResourceKind.Policy;

    protected override async Task LoadAsync()
    {
        disks = await RunAsync(Query);
        if (zones.Count == 0)
            zones = await FindZonesAsync();
    }

    private async Task<IReadOnlyList<string>> FindZonesAsync()
    {
        var found = new List<string>();
        foreach (var region in (await RunAsync(new DescribeRegions())).Regions)
            found.AddRange((await RunAsync(new DescribeZones(region.RegionId))).Zones.Select(zone => zone.ZoneId));
        return found;
    }

    // A new filter begins on the first page.
    private string Url(string? search = null, string? status = null, string? zone = null, string? sort = null, int page = 1) => PortalUrls.With(
        PortalUrls.Disks(Account), ("q", search ?? Search), ("status", status ?? Status), ("zone", zone ?? Zone), ("sort", sort ?? Sort),
        ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private void Go(string? search = null, string? status = null, string? zone = null)
    {
        selected.Clear();
        Navigation.NavigateTo(Url(search, status, zone), replace: true);
    }

    private void Toggle(DiskInfo disk)
    {
        if (!selected.Remove(disk.DiskId))
            selected.Add(disk.DiskId, disk);
    }

    private void ToggleAll()
    {
        var isAll = IsAllSelected;
        foreach (var disk in disks!.Disks)
        {
            if (isAll)
                selected.Remove(disk.DiskId);
            else
                selected[disk.DiskId] = disk;
        }
    }

    /// <summary>Also those on other pages.</summary>
    private async Task SelectAllAsync()
    {
        const int atOnce = 100;
        for (var page = 1; ; page++)
        {
            var part = await RunAsync(Query with { PageNumber = page, PageSize = atOnce });
            foreach (var disk in part.Disks)
                selected[disk.DiskId] = disk;
            if (page * atOnce >= part.TotalCount)
                return;
        }
    }

    private async Task ApplyPolicyAsync()
    {
        var done = await dialogs.OpenAsync<ApplyPolicyDialog>(
            "Policy", new() { [nameof(ApplyPolicyDialog.Account)] = Account, [nameof(ApplyPolicyDialog.Disks)] = selected.Values.ToList() }, PortalDialog.Narrow);
        if (done is true)
            selected.Clear();
    }

    private async Task CreateAsync()
    {
        var made = await dialogs.OpenAsync<CreateDiskDialog>("Create disk", new() { [nameof(CreateDiskDialog.Account)] = Account }, PortalDialog.Wide);
        if (made is string diskId)
            Navigation.NavigateTo(PortalUrls.Disk(Account, diskId));
    }
}
