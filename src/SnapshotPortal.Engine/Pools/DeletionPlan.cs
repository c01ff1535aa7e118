using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>
/// What goes when a set of snapshots is deleted: each of them, and each that was deleted before, unless several versions
/// still go on from it. What only one goes on from leaves to it what it has.
/// </summary>
internal sealed class DeletionPlan
{
    private readonly List<(BlockMap Map, uint ParentEpoch, BlockMap[] Heirs)> gone = [];

    /// <summary>Plans for the versions as they are now. The log's leader.</summary>
    public DeletionPlan(PoolState state, IReadOnlyCollection<LocalSnapshot> deleted)
    {
        // What takes the place of each snapshot as a child of its parent: itself, its heir, or nothing.
        var places = new Dictionary<LocalSnapshot, IVersion?>();
        foreach (var snapshot in state.Snapshots().Reverse()) // Children have higher ids than their parents.
        {
            IVersion[] heirs = [.. snapshot.Children.Select(child => child is LocalSnapshot other ? places[other] : child).OfType<IVersion>()];
            var stays = heirs.Length > 1 || !(snapshot.IsHidden || deleted.Contains(snapshot));
            places.Add(snapshot, stays ? snapshot : heirs.SingleOrDefault());
            if (!stays) gone.Add((snapshot.Map, snapshot.Parent?.Epoch ?? 0, [.. heirs.Select(heir => heir.Map.Freeze())]));
        }
    }

    /// <summary>The bytes of content and map pages that go out of use. The cost follows the differences between neighbours.</summary>
    public long FreedBytes()
    {
        var blocks = 0L;
        foreach (var (map, parentEpoch, heirs) in gone) new FreedWalk(map, parentEpoch, heirs, _ => blocks++, _ => blocks++).Run();
        return blocks * Limits.BlockBytes;
    }
}
