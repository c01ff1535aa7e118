using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Snapshots;

/// <summary>The snapshots of an account. Search, filters, order and page are in the address; which are selected is not.</summary>
public sealed partial class SnapshotsPage(DialogService dialogs)
{
    private const int RowsPerPage = 20;
    private readonly HashSet<string> selected = new(StringComparer.Ordinal);
    private DescribeSnapshotsResult? snapshots;
    private DescribeSnapshotsUsageResult? usage;
    private IReadOnlyDictionary<string, JobInfo> jobs = new Dictionary<string, JobInfo>(StringComparer.Ordinal);

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    private SnapshotsQuery Query => new(Search, Status, Kind, Sort);

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Snapshot or ResourceKind.Job or ResourceKind.Disk;

    protected override async Task LoadAsync()
    {
        snapshots = await RunAsync(Query.ToOperation(Page ?? 1, RowsPerPage));
        jobs = await RunningJobsAsync(snapshots.Snapshots);
        usage = await RunAsync(new DescribeSnapshotsUsage());
    }

    private void Go(SnapshotsQuery query)
    {
        selected.Clear();
        Navigation.NavigateTo(query.Page(Account), replace: true);
    }

    /// <summary>Also those on other pages.</summary>
    private async Task SelectAllAsync()
    {
        const int atOnce = 100;
        for (var page = 1; ; page++)
        {
            var part = await RunAsync(Query.ToOperation(page, atOnce));
            selected.UnionWith(part.Snapshots.Select(each => each.SnapshotId));
            if (page * atOnce >= part.TotalCount)
                return;
        }
    }

    private async Task DeleteSelectedAsync()
    {
        var done = await dialogs.OpenAsync<DeleteSnapshotsDialog>(
            "Delete snapshots",
            new() { [nameof(DeleteSnapshotsDialog.Account)] = Account, [nameof(DeleteSnapshotsDialog.SnapshotIds)] = selected.ToList() },
            PortalDialog.Wide);
        if (done is true)
            selected.Clear();
    }
}
