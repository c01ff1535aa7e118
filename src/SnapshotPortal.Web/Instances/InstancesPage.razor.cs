using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Instances;

/// <summary>The instances of an account. Search, filter, order and page are in the address.</summary>
public sealed partial class InstancesPage
{
    private const int RowsPerPage = 20;
    private DescribeInstancesResult? instances;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    private bool IsFiltered => !string.IsNullOrEmpty(Search) || !string.IsNullOrEmpty(Status);

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Instance or ResourceKind.Disk;

    protected override async Task LoadAsync() => instances = await RunAsync(new DescribeInstances
    {
        Search = Search,
        Status = string.IsNullOrEmpty(Status) ? null : Status,
        Order = Sort switch
        {
            "oldest" => InstanceOrder.Oldest,
            "name" => InstanceOrder.Name,
            "name-desc" => InstanceOrder.NameDescending,
            _ => InstanceOrder.Newest,
        },
        PageNumber = Math.Max(1, Page ?? 1),
        PageSize = RowsPerPage,
    });

    // A new filter begins on the first page.
    private string Url(string? search = null, string? status = null, string? sort = null, int page = 1) => PortalUrls.With(
        PortalUrls.Instances(Account), ("q", search ?? Search), ("status", status ?? Status), ("sort", sort ?? Sort),
        ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private void Go(string? search = null, string? status = null) => Navigation.NavigateTo(Url(search, status), replace: true);
}
