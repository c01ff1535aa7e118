using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.Web.Snapshots;

/// <summary>The snapshots of an account. Search, filter, order and page are in the address.</summary>
public sealed partial class SnapshotsPage
{
    private const int RowsPerPage = 20;
    private DescribeSnapshotsResult? snapshots;
    private DescribeSnapshotsUsageResult? usage;
    private IReadOnlyDictionary<string, JobInfo> jobs = new Dictionary<string, JobInfo>(StringComparer.Ordinal);

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    private bool IsFiltered => !string.IsNullOrEmpty(Search) || !string.IsNullOrEmpty(Status);

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Snapshot or ResourceKind.Job or ResourceKind.Disk;

    protected override async Task LoadAsync()
    {
        snapshots = await RunAsync(new DescribeSnapshots
        {
            Search = Search,
            Status = string.IsNullOrEmpty(Status) ? null : Status,
            Order = Sort switch
            {
                "oldest" => SnapshotOrder.Oldest,
                "name" => SnapshotOrder.Name,
                "name-desc" => SnapshotOrder.NameDescending,
                "stored" => SnapshotOrder.StoredBytes,
                "stored-desc" => SnapshotOrder.StoredBytesDescending,
                _ => SnapshotOrder.Newest,
            },
            PageNumber = Math.Max(1, Page ?? 1),
            PageSize = RowsPerPage,
        });
        jobs = await RunningJobsAsync(snapshots.Snapshots);
        usage = await RunAsync(new DescribeSnapshotsUsage());
    }

    private string Url(string? search = null, string? status = null, string? sort = null, int page = 1) => PortalUrls.With(
        PortalUrls.Snapshots(Account), ("q", search ?? Search), ("status", status ?? Status), ("sort", sort ?? Sort),
        ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private void Go(string? search = null, string? status = null) => Navigation.NavigateTo(Url(search, status), replace: true);
}
