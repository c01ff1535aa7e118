using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Finds all that is needed, and what each version has that its parent has not: a walk over every version as it is at one moment.</summary>
/// <remarks>
/// It holds the maps still as a checkpoint does, so it runs beside the writer, but not beside a checkpoint. Blocks of trees that were given up before are found too: they are freed in their turn.
/// </remarks>
internal sealed class LivenessMark(BatchWriter log, PoolState state, Liveness liveness, uint blocksPerSegment)
{
    private readonly BlockSet found = new(blocksPerSegment);
    private readonly MapEntry[] entries = new MapEntry[MapPage.Entries];

    /// <summary>How many blocks were taken for live that nobody needs.</summary>
    public long Leaks { get; private set; }

    private readonly record struct Version(BlockMap Map, uint ParentEpoch, BlockCount Added);

    /// <summary>Walks, and returns the trees that had been given up when it began.</summary>
    public List<FreedTree> Run()
    {
        List<Version> versions = [];
        List<FreedTree> givenUp = [];
        log.Control(() =>
        {
            // Parents before children: a page that several have is met first where its blocks were added. The counts begin anew,
            // so that trees given up before, which are in none of them, are not taken off.
            foreach (var version in state.Snapshots().Concat<IVersion>(state.Disks()))
                versions.Add(new(version.Map.Freeze(), version.Parent?.Epoch ?? 0, version.Added = new()));
            givenUp = liveness.TakeTrees();
            state.HoldMaps();
            liveness.BeginMark();
        });
        try
        {
            var counts = versions.ConvertAll(Count);
            givenUp.RemoveAll(IsDamaged);
            Leaks = liveness.Marked(found.Segments);
            log.Control(() =>
            {
                for (var i = 0; i < counts.Count; i++) versions[i].Added.Add(counts[i]);
            });
        }
        catch (EngineException)
        {
            liveness.Doubt();
            throw;
        }
        finally
        {
            if (log.Fence is null) log.Control(state.ReleaseMaps);
        }
        return givenUp;
    }

    // What lies below damage of a tree that nobody has any more is not needed: a replay that came to it would end there.
    private bool IsDamaged(FreedTree tree)
    {
        try
        {
            Count(new(tree.Map, uint.MaxValue, new()));
            return false;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            return true;
        }
    }

    private long Count(Version version) => version.Map.LoadedRoot(out _) is { } root ? Below(version, root, version.Map.Height - 1) : 0;

    /// <summary>Marks what is below a page, and returns how many blocks there were added by the version.</summary>
    private long Below(Version version, MapPage page, int level)
    {
        // A stored page that was met before has a subtree that was. The writer may open the page again meanwhile: one look.
        var storedAt = page.StoredAt;
        if (storedAt.Kind == LocationKind.Page && !found.Add(storedAt)) return 0;
        var added = 0L;
        if (!page.IsLeaf)
        {
            for (var i = 0; i < MapPage.Entries; i++)
                if (version.Map.ReadChild(page, i, level - 1, out _) is { } child) added += Below(version, child, level - 1);
            return added;
        }
        page.Read(0, entries);
        foreach (var entry in entries)
        {
            if (entry.Kind != LocationKind.Block) continue;
            found.Add(entry.Location);
            if (entry.Birth > version.ParentEpoch) added++;
        }
        return added;
    }
}
