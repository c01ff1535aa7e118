using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>Takes a <see cref="PoolSpace"/>. One at a time, and none beside a checkpoint or a reclaim.</summary>
/// <remarks>
/// Blocks that a version has and its parent has not are counted as they come and go (<see cref="BlockCount"/>). No disk has
/// children, so that is what only the disk has. A snapshot shares with its children: a walk over where it differs from all
/// of them tells what only it has. All of it is of one moment, at which the maps are held still as for a checkpoint.
/// </remarks>
internal sealed class SpaceMeasurement(BatchWriter log, PoolState state, Liveness liveness, Reclaim reclaim, SegmentFiles segments, IFileSystem files, string directory)
{
    private sealed record Version(string Name, BlockMap Map, uint ParentEpoch, BlockMap[] Children, BlockCount Count, bool IsHidden)
    {
        public long Added { get; set; }
    }

    public PoolSpace Run()
    {
        while (true)
        {
            reclaim.Settle();
            if (TryMeasure() is { } space) return space;
        }
    }

    // Null where damage in what was given up made the counts uncertain.
    private PoolSpace? TryMeasure()
    {
        List<Version> disks = [], snapshots = [];
        List<FreedTree> trees = [];
        List<BlockCount?> owners = [];
        (long live, uint segment, uint end) = (0, 0, 0);
        log.Control(() =>
        {
            disks = [.. state.Disks().Select(disk => Noted(disk, disk.Name, [], isHidden: false))];
            snapshots = [.. state.Snapshots().Select(snapshot => Noted(snapshot, snapshot.Name, snapshot.Children, snapshot.IsHidden))];
            trees = liveness.TakeTrees();
            owners = trees.ConvertAll(tree => tree.Added?.Last);
            (live, segment, end) = (liveness.LiveBlocks, log.SegmentsUsed, log.Position.Block);
            state.HoldMaps();
        });
        try
        {
            var freed = reclaim.Free(trees);
            if (!liveness.IsExact) return null;
            foreach (var version in disks.Concat(snapshots))
                for (var i = 0; i < trees.Count; i++)
                    if (owners[i] == version.Count) version.Added -= freed[i];
            var own = snapshots.ConvertAll(OwnBlocks);
            return Space(disks, snapshots, own, live - freed.Sum(), segment, end);
        }
        finally
        {
            if (log.Fence is null) log.Control(state.ReleaseMaps);
        }
    }

    private static Version Noted(IVersion version, string name, List<IVersion> children, bool isHidden) =>
        new(name, version.Map.Freeze(), version.Parent?.Epoch ?? 0, [.. children.Select(child => child.Map.Freeze())], version.Added.Last, isHidden) { Added = version.Added.Blocks };

    private static long OwnBlocks(Version snapshot)
    {
        if (snapshot.Children.Length == 0) return snapshot.Added;
        var own = 0L;
        new FreedWalk(snapshot.Map, snapshot.ParentEpoch, snapshot.Children, _ => own++, _ => { }).Run();
        return own;
    }

    private PoolSpace Space(List<Version> disks, List<Version> snapshots, List<long> own, long live, uint segment, uint end)
    {
        var content = disks.Sum(disk => disk.Added) + snapshots.Sum(snapshot => snapshot.Added);
        var owned = disks.Sum(disk => disk.Added) + own.Sum();
        var allocated = segments.Numbers().Where(number => number <= segment).ToDictionary(number => number, segments.AllocatedBytes);
        var spare = segments.Numbers().Where(number => number > segment).Sum(segments.AllocatedBytes);
        var room = end == 0 ? 0 : Math.Max(0, allocated[segment] - (long)end * Limits.BlockBytes);
        return new()
        {
            Disks = disks.ConvertAll(disk => new OwnSpace(disk.Name, disk.Added * Limits.BlockBytes)),
            Snapshots = [.. snapshots.Zip(own).Where(pair => !pair.First.IsHidden).Select(pair => new OwnSpace(pair.First.Name, pair.Second * Limits.BlockBytes))],
            RetainedBytes = snapshots.Zip(own).Where(pair => pair.First.IsHidden).Sum(pair => pair.Second) * Limits.BlockBytes,
            SharedBytes = (content - owned) * Limits.BlockBytes,
            MapBytes = (live - content) * Limits.BlockBytes,
            RoomBytes = room + spare,
            LogBytes = allocated.Values.Sum() - live * Limits.BlockBytes - room,
            ReserveBytes = AllocatedBytes(name => name == Reserve.Name),
            TableBytes = AllocatedBytes(name => name != Reserve.Name && !SegmentFiles.IsSegment(name)),
        };
    }

    private long AllocatedBytes(Func<string, bool> isMeant) => files.List(directory).Where(isMeant).Sum(name => files.AllocatedBytes($"{directory}/{name}"));
}
