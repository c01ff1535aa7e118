using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.Web.Disks;

/// <summary>The chain of a disk: its snapshots and roll backs in the order of time.</summary>
public sealed partial class DiskChain
{
    [Parameter, EditorRequired]
    public string Account { get; set; } = "";

    [Parameter, EditorRequired]
    public DiskInfo Disk { get; set; } = default!;

    [Parameter, EditorRequired]
    public IReadOnlyList<SnapshotInfo> Snapshots { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<RollBackInfo> RollBacks { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyDictionary<string, JobInfo> Jobs { get; set; } = default!;

    [Parameter]
    public bool MayOperate { get; set; }

    /// <summary>Why the disk cannot be rolled back now; null where it can.</summary>
    [Parameter]
    public string? WhyNot { get; set; }

    [Parameter]
    public EventCallback<SnapshotInfo> OnRollBack { get; set; }

    [Parameter]
    public EventCallback<RollBackInfo> OnBringBack { get; set; }

    private IReadOnlyList<Entry> Entries { get; set; } = [];

    protected override void OnParametersSet() => Entries = Build(Snapshots, RollBacks);

    /// <summary>The rows, newest first, and the piece of the picture that belongs to each.</summary>
    private static IReadOnlyList<Entry> Build(IReadOnlyList<SnapshotInfo> snapshots, IReadOnlyList<RollBackInfo> rollBacks)
    {
        // Snapshots that are not shown leave no trace; what is older than those that are is not shown either.
        var oldest = snapshots.Count == 0 ? DateTimeOffset.MinValue : snapshots.Min(each => each.CreationTime);
        List<Entry> entries =
        [
            .. snapshots.Select(each => new Entry(each.SnapshotId, each.CreationTime, each, null, DiskPath.Includes(rollBacks, each.CreationTime)))
                .Concat(rollBacks.Where(each => each.Time >= oldest).Select(each => new Entry(each.RollBackId, each.Time, null, each, DiskPath.Includes(rollBacks, each.Time))))
                .OrderByDescending(each => each.Time),
        ];
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].RollBack is not { } rollBack)
                continue;

            // Beside the way: from where it was left, up to where it was rolled back.
            var from = entries.FindIndex(i + 1, each => each.Time <= rollBack.StateOf);
            entries[i].EndsSide = true;
            for (var between = i + 1; between < (from < 0 ? entries.Count : from); between++)
                entries[between].PassesSide = true;
            if (from >= 0)
                entries[from].BeginsSide = true;
        }

        return entries;
    }

    private bool IsUndone(RollBackInfo rollBack) => RollBacks.Any(each => each.Kind == DiskRollBackKind.Undo && each.StateOf == rollBack.Time);

    private static string What(RollBackInfo rollBack) => rollBack.Kind switch
    {
        DiskRollBackKind.Undo => "Roll back undone",
        DiskRollBackKind.ReInit when rollBack.SnapshotId is null => "Re-initialised: empty",
        DiskRollBackKind.ReInit => "Re-initialised to",
        _ => "Rolled back to",
    };

    private string NameOf(string snapshotId) => Snapshots.FirstOrDefault(each => string.Equals(each.SnapshotId, snapshotId, StringComparison.Ordinal)) is { } shown ? NameOf(shown) : snapshotId;

    private static string NameOf(SnapshotInfo snapshot) => snapshot.SnapshotName.Length > 0 ? snapshot.SnapshotName : snapshot.SnapshotId;

    private sealed record Entry(string Id, DateTimeOffset Time, SnapshotInfo? Snapshot, RollBackInfo? RollBack, bool IsOnWay)
    {
        /// <summary>What a roll back left passes beside this row, begins here, or ends here.</summary>
        public bool PassesSide { get; set; }

        public bool BeginsSide { get; set; }

        public bool EndsSide { get; set; }
    }
}
