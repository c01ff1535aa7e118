using System.Globalization;
using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Policies;

/// <summary>A policy: when it runs, on which disks, and what came of its runs.</summary>
public sealed partial class PolicyPage(DialogService dialogs, ReaderZone readerZone)
{
    private const int RowsPerPage = 10;
    private readonly HashSet<string> selected = new(StringComparer.Ordinal);
    private AutoSnapshotPolicyInfo? policy;
    private DescribeDisksResult? disks;
    private DescribePolicyRunsResult? runs;
    private IReadOnlyList<DateTimeOffset> nextRuns = [];
    private TimeZoneInfo zone = TimeZoneInfo.Utc;
    private TimeZoneInfo reader = TimeZoneInfo.Utc;
    private OperationError? problem;
    private bool missing;

    [Parameter]
    public string PolicyId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "disks")]
    private int? DisksPage { get; set; }

    [SupplyParameterFromQuery(Name = "runs")]
    private int? RunsPage { get; set; }

    private string Title => policy is null ? PolicyId : PolicyText.NameOf(policy);

    private bool MayConfigure => Session.MayConfigurePolicies(Account);

    private bool IsAllSelected => disks is { Disks.Count: > 0 } && disks.Disks.All(disk => selected.Contains(disk.DiskId));

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Policy or ResourceKind.Disk or ResourceKind.Snapshot;

    protected override async Task LoadAsync()
    {
        var found = (await RunAsync(new DescribeAutoSnapshotPolicyEx { AutoSnapshotPolicyId = PolicyId })).AutoSnapshotPolicies;
        missing = found.Count == 0;
        policy = missing ? null : found[0];
        if (policy is null)
            return;

        disks = await RunAsync(new DescribeDisks { AutoSnapshotPolicyId = PolicyId, Order = DiskOrder.Name, PageNumber = Math.Max(1, DisksPage ?? 1), PageSize = RowsPerPage });
        runs = await RunAsync(new DescribePolicyRuns
        {
            AutoSnapshotPolicyId = PolicyId,
            Status = Enum.TryParse<PolicyRunStatus>(Status, ignoreCase: true, out var status) ? status : null,
            PageNumber = Math.Max(1, RunsPage ?? 1),
            PageSize = RowsPerPage,
        });
        zone = TimeZoneInfo.FindSystemTimeZoneById(policy.TimeZone);
        reader = await readerZone.FindAsync();
        nextRuns = policy.Enabled
            ? (await RunAsync(new PreviewSchedule(PolicyForm.Texts(policy.Hours), PolicyForm.Texts(policy.Weekdays), policy.TimeZone))).NextRuns
            : [];
    }

    private static string NameOf(DiskInfo disk) => disk.DiskName.Length > 0 ? disk.DiskName : disk.DiskId;

    private string Url(string? status = null, int? disksPage = null, int? runsPage = null) => PortalUrls.With(
        PortalUrls.Policy(Account, PolicyId), ("status", status ?? Status), ("disks", Number(disksPage ?? DisksPage)), ("runs", status is null ? Number(runsPage ?? RunsPage) : null));

    private static string? Number(int? page) => page > 1 ? page.Value.ToString(CultureInfo.InvariantCulture) : null;

    private void Toggle(string diskId)
    {
        if (!selected.Remove(diskId))
            selected.Add(diskId);
    }

    private void ToggleAll()
    {
        var ids = disks!.Disks.Select(disk => disk.DiskId).ToList();
        if (IsAllSelected)
            selected.ExceptWith(ids);
        else
            selected.UnionWith(ids);
    }

    private async Task RemoveSelectedAsync()
    {
        if (await TryAsync(new CancelAutoSnapshotPolicy(policy!.RegionId, [.. selected]) { AutoSnapshotPolicyId = PolicyId }))
            selected.Clear();
    }

    private Task AddDisksAsync() => dialogs.OpenAsync<AddDisksDialog>(
        "Apply to disks", new() { [nameof(AddDisksDialog.Account)] = Account, [nameof(AddDisksDialog.Policy)] = policy }, PortalDialog.Wide);

    private async Task DeleteAsync()
    {
        var deleted = await dialogs.OpenAsync<DeletePolicyDialog>(
            "Delete policy", new() { [nameof(DeletePolicyDialog.Account)] = Account, [nameof(DeletePolicyDialog.Policy)] = policy }, PortalDialog.Narrow);
        if (deleted is true)
            Navigation.NavigateTo(PortalUrls.Policies(Account));
    }

    private async Task<bool> TryAsync(IOperation<Done> operation)
    {
        try
        {
            problem = null;
            await RunAsync(operation);
            return true;
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
            return false;
        }
    }
}
