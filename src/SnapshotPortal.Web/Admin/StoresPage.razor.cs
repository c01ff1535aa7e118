using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Stores;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Admin;

/// <summary>Repositories, pools and keys for administrators: how they are, and what can be done about them.</summary>
public sealed partial class StoresPage(DialogService dialogs)
{
    private DescribeStoresResult? stores;
    private DescribeStoreChecksResult? checks;
    private OperationError? problem;

    [SupplyParameterFromQuery(Name = "page")]
    public int? Page { get; set; }

    private bool CanRewrap => stores?.Keks is { } keks && keks.Any(kek => kek.IsCurrent) && keks.Any(kek => kek is { IsCurrent: false, KeyCount: > 0 });

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Store;

    protected override async Task LoadAsync()
    {
        stores = await base.RunAsync(new DescribeStores());
        checks = await base.RunAsync(new DescribeStoreChecks { PageNumber = Page is > 0 ? Page : 1, PageSize = 10 });
    }

    private new async Task RunAsync<TResult>(IOperation<TResult> operation)
        where TResult : class
    {
        problem = null;
        try
        {
            await base.RunAsync(operation);
        }
        catch (OperationException refusal)
        {
            problem = refusal.Error;
        }
    }

    private Task VerifyAsync(string regionId) => OpenAsync<VerifyRepositoryDialog>("Verify the repository", regionId);

    private Task SweepAsync(string regionId) => OpenAsync<SweepRepositoryDialog>("Sweep the repository", regionId);

    private Task AdoptAsync(string regionId) => OpenAsync<AdoptSnapshotsDialog>("Adopt snapshots", regionId);

    private Task OpenAsync<TDialog>(string title, string regionId)
        where TDialog : ComponentBase => dialogs.OpenAsync<TDialog>($"{title} of {regionId}", new() { ["RegionId"] = regionId }, PortalDialog.Narrow);

    private static string StateOf(PoolInfo pool) => pool switch
    {
        { Fault: not null } => "Takes no changes",
        { Damage: not null } => "Damaged",
        { LockedDiskCount: > 0 } => $"{pool.LockedDiskCount} disks locked",
        _ => "In use",
    };

    private static string TitleOf(StoreCheckInfo check) => check.Kind switch
    {
        JobKind.VerifyRepository when check.SnapshotId is not null => $"Verify {check.SnapshotId}",
        JobKind.VerifyRepository => check.Percent < 100 ? $"Verify {check.Percent} % of {check.StoreId}" : $"Verify {check.StoreId}",
        JobKind.ScrubPool => $"Scrub {check.StoreId}",
        JobKind.SweepRepository => check.IsDryRun ? $"Look what a sweep of {check.StoreId} would give back" : $"Sweep {check.StoreId}",
        JobKind.RewrapKeys => "Wrap all keys",
        _ => $"Adopt snapshots of {check.StoreId}",
    };
}
