using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Layout;

namespace SnapshotPortal.Web.Snapshots;

/// <summary>Deletes several snapshots. One that is refused keeps no other from going.</summary>
public sealed partial class DeleteSnapshotsDialog(PortalSession session, DialogService dialogs)
{
    private const int IdsAtOnce = 100;
    private readonly List<(SnapshotInfo Snapshot, OperationError? Refusal)> outcomes = [];
    private List<SnapshotInfo>? snapshots;
    private bool force;
    private bool busy;

    [Parameter, EditorRequired]
    public string Account { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<string> SnapshotIds { get; set; } = [];

    private bool IsDone => snapshots is not null && outcomes.Count == snapshots.Count;

    private int DiskCount => snapshots!.DistinctBy(each => each.SourceDiskId, StringComparer.Ordinal).Count();

    private int LocalCount => snapshots!.Count(each => each.Category is SnapshotCategory.Flash);

    private int UsedCount => snapshots!.Count(each => each.CreatedDiskCount > 0);

    private long StoredBytes => snapshots!.Sum(each => each.StoredBytes ?? 0);

    private List<(SnapshotInfo Snapshot, OperationError? Refusal)> Refused => outcomes.FindAll(each => each.Refusal is not null);

    protected override async Task OnInitializedAsync()
    {
        var found = new List<SnapshotInfo>();
        foreach (var ids in SnapshotIds.Chunk(IdsAtOnce))
            found.AddRange((await session.RunAsync(Account, new DescribeSnapshots { SnapshotIds = ids, PageSize = IdsAtOnce })).Snapshots);
        snapshots = found;
    }

    private async Task DeleteAsync()
    {
        if (busy || snapshots is null)
            return;

        busy = true;
        foreach (var snapshot in snapshots)
        {
            outcomes.Add((snapshot, await TryDeleteAsync(snapshot)));
            StateHasChanged();
        }

        busy = false;
    }

    private async Task<OperationError?> TryDeleteAsync(SnapshotInfo snapshot)
    {
        try
        {
            await session.RunAsync(Account, new DeleteSnapshot(snapshot.SnapshotId) { Force = force });
            return null;
        }
        catch (OperationException refused)
        {
            return refused.Error;
        }
    }

    private static string NameOf(SnapshotInfo snapshot) => snapshot.SnapshotName.Length > 0 ? snapshot.SnapshotName : snapshot.SnapshotId;
}
