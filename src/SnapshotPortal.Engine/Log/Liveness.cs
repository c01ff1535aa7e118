using System.Numerics;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Log;

/// <summary>Which blocks of each segment are needed: one bit a block, kept as batches are written and maps change.</summary>
/// <remarks>
/// What goes out of use passes two stages before its bit is cleared. A block of data is *dying* until the change that put
/// it out of use is durable: a crash before would bring it back. A stored map page waits until two more checkpoints are
/// complete, because until then a superblock leads to it. The leader fills the first stage; the reclaim moves on from there.
/// The bits are known where they were stored by a clean close, or else once a walk over everything has <see cref="Marked"/>
/// them; what dies meanwhile is remembered.
/// </remarks>
internal sealed class Liveness(uint blocksPerSegment)
{
    private readonly Lock guard = new();
    private readonly SortedDictionary<uint, Use> uses = [];
    private readonly Queue<PageList> waitingPages = [];
    private PageList pages = new([], []);
    private List<FreedTree> trees = [];
    private bool isMarking;

    /// <summary>Blocks that are needed, of data and of maps; while the bits are exact.</summary>
    public long LiveBlocks { get; private set; }

    /// <summary>Blocks that died since the last <see cref="TakeDying"/>.</summary>
    public long DyingBlocks { get; private set; }

    /// <summary>Whether trees were given up since the last <see cref="TakeTrees"/>.</summary>
    public bool HasTrees
    {
        get
        {
            lock (guard) return trees.Count > 0;
        }
    }

    /// <summary>Whether all bits, and the counts of all versions, are known.</summary>
    public bool IsExact { get; private set; }

    private sealed class Use(int words)
    {
        public readonly ulong[] Live = new ulong[words];
        public ulong[]? Dying;

        // Born since a mark began, which cannot have found it.
        public ulong[]? Recent;
    }

    private sealed record PageList(List<Location> Stored, List<MapPage> BeingStored);

    /// <summary>Blocks of a batch came to be: data or map pages. The leader.</summary>
    public void Born(Location first, int count)
    {
        if (count == 0) return;
        lock (guard)
        {
            var use = UseOf(first.Segment);
            Set(use.Live, (int)first.Block, count);
            LiveBlocks += count;
            if (isMarking) Set(use.Recent ??= new ulong[use.Live.Length], (int)first.Block, count);
        }
    }

    /// <summary>Takes what a batch put out of use. The leader.</summary>
    public void Take(Freed freed)
    {
        lock (guard)
        {
            foreach (var location in freed.Blocks) Die(location);
            pages.Stored.AddRange(freed.Pages);
            pages.BeingStored.AddRange(freed.PagesBeingStored);
            trees.AddRange(freed.Trees);
        }
        freed.Clear();
    }

    /// <summary>A checkpoint begins: pages that went out of use until now are not in its table. The leader.</summary>
    public void BeginCheckpoint()
    {
        lock (guard)
        {
            waitingPages.Enqueue(pages);
            pages = new([], []);
        }
    }

    /// <summary>The checkpoint that began last found no room: the pages are in the table before, and the next one begins anew. The leader.</summary>
    public void AbortCheckpoint()
    {
        lock (guard)
        {
            var aborted = waitingPages.Last();
            for (var i = waitingPages.Count; i > 0; i--)
                if (waitingPages.Dequeue() is var list && list != aborted) waitingPages.Enqueue(list);
            pages.Stored.AddRange(aborted.Stored);
            pages.BeingStored.AddRange(aborted.BeingStored);
        }
    }

    /// <summary>A checkpoint is complete: pages that went out of use before the one before it began are in no table any more.</summary>
    public void CompleteCheckpoint()
    {
        lock (guard)
        {
            // What it was storing is stored now: only the place is kept, not the page.
            foreach (var list in (PageList[])[.. waitingPages, pages])
            {
                list.Stored.AddRange(list.BeingStored.Where(page => page.IsStored).Select(page => page.StoredAt));
                list.BeingStored.Clear();
            }
            while (waitingPages.Count > (Mutant.PagesWithoutGrace ? 0 : 1))
                foreach (var location in waitingPages.Dequeue().Stored) Die(location);
        }
    }

    /// <summary>Takes the trees that were given up.</summary>
    public List<FreedTree> TakeTrees()
    {
        lock (guard)
        {
            var taken = trees;
            trees = [];
            return taken;
        }
    }

    /// <summary>A walk over a tree that was given up found this block; false where it was out of use already.</summary>
    public bool FreeBlock(Location location)
    {
        lock (guard) return Die(location);
    }

    /// <summary>A walk over a tree that was given up found this page.</summary>
    public void FreePage(Location location)
    {
        lock (guard) pages.Stored.Add(location);
    }

    /// <summary>Takes what has died until now, by segment; the leader, or nobody writing.</summary>
    public List<(uint Segment, ulong[] Blocks)> TakeDying()
    {
        lock (guard)
        {
            DyingBlocks = 0;
            var taken = new List<(uint, ulong[])>();
            foreach (var (segment, use) in uses)
            {
                if (use.Dying is not { } dying) continue;
                taken.Add((segment, dying));
                use.Dying = null;
            }
            return taken;
        }
    }

    /// <summary>What was taken may be given back: the changes that put it out of use are durable.</summary>
    public void Clear(List<(uint Segment, ulong[] Blocks)> dead)
    {
        lock (guard)
        {
            foreach (var (segment, blocks) in dead)
            {
                var live = UseOf(segment).Live;
                for (var i = 0; i < live.Length; i++) live[i] &= ~blocks[i];
            }
        }
    }

    /// <summary>A walk over all versions as they are now begins. The leader.</summary>
    public void BeginMark()
    {
        lock (guard)
        {
            isMarking = true;
            foreach (var use in uses.Values) use.Recent = null;
        }
    }

    /// <summary>
    /// The walk is done and found these: from now on all bits are known. What was live and is needed by nobody goes out of use,
    /// as a page does, because an older superblock may still know better. Returns how many such blocks there were.
    /// </summary>
    public long Marked(IReadOnlyDictionary<uint, ulong[]> found)
    {
        lock (guard)
        {
            var waiting = Waiting().GroupBy(page => page.Segment).ToDictionary(group => group.Key, group => group.ToArray());
            foreach (var segment in found.Keys.Concat(waiting.Keys)) UseOf(segment);
            var leaks = 0L;
            LiveBlocks = 0;
            foreach (var (segment, use) in uses)
            {
                var known = found.TryGetValue(segment, out var marked) ? marked : new ulong[use.Live.Length];
                foreach (var page in waiting.GetValueOrDefault(segment) ?? []) Set(known, (int)page.Block, 1);
                for (var i = 0; i < known.Length; i++)
                {
                    known[i] |= use.Recent?[i] ?? 0;
                    var dying = use.Dying?[i] ?? 0;
                    for (var leaked = use.Live[i] & ~known[i] & ~dying; leaked != 0; leaked &= leaked - 1, leaks++)
                        pages.Stored.Add(Location.Of(LocationKind.Page, segment, (uint)(i * 64 + BitOperations.TrailingZeroCount(leaked))));
                    use.Live[i] |= known[i];
                    LiveBlocks += BitOperations.PopCount(use.Live[i] & ~dying);
                }
                use.Recent = null;
            }
            isMarking = false;
            IsExact = true;
            return leaks;
        }
    }

    /// <summary>What is live, by segment, without what is dying: everything is durable and nobody writes.</summary>
    public List<(uint Segment, ulong[] Live)> Segments()
    {
        lock (guard)
            return [.. from use in uses
                       let live = use.Value.Live.Select((word, i) => word & ~(use.Value.Dying?[i] ?? 0)).ToArray()
                       where Array.Exists(live, word => word != 0)
                       select (use.Key, live)];
    }

    /// <summary>Pages that are live although no version needs them any more, but perhaps a superblock.</summary>
    public List<Location> WaitingPages()
    {
        lock (guard) return Waiting();
    }

    /// <summary>Takes over what a clean close has left: all bits are known. The pages wait for two checkpoints of this opening.</summary>
    public void Restore(List<(uint Segment, ulong[] Live)> segments, List<Location> waiting)
    {
        lock (guard)
        {
            foreach (var (segment, live) in segments)
            {
                live.CopyTo(UseOf(segment).Live, 0);
                LiveBlocks += live.Sum(BitOperations.PopCount);
            }
            pages.Stored.AddRange(waiting);
            IsExact = true;
        }
    }

    /// <summary>A walk could not go on: what it did not reach is not known to be out of use.</summary>
    public void Doubt()
    {
        lock (guard) IsExact = false;
    }

    /// <summary>A copy of a segment's bits.</summary>
    public ulong[] LiveOf(uint segment)
    {
        lock (guard) return (ulong[])UseOf(segment).Live.Clone();
    }

    /// <summary>Whether a block may be needed: not where all bits are known and its own is not set.</summary>
    public bool MayBeLive(Location location)
    {
        lock (guard) return !IsExact || (uses.TryGetValue(location.Segment, out var use) && (use.Live[location.Block / 64] >> (int)(location.Block % 64) & 1) != 0);
    }

    /// <summary>A segment was deleted.</summary>
    public void Forget(uint segment)
    {
        lock (guard) uses.Remove(segment);
    }

    private List<Location> Waiting()
    {
        PageList[] lists = [.. waitingPages, pages];
        return [.. lists.SelectMany(list => list.Stored), .. lists.SelectMany(list => list.BeingStored).Select(page => page.StoredAt).Where(at => at.Kind == LocationKind.Page)];
    }

    private bool Die(Location location)
    {
        var use = UseOf(location.Segment);
        use.Dying ??= new ulong[use.Live.Length];
        ref var dying = ref use.Dying[location.Block / 64];
        var bit = 1UL << (int)(location.Block % 64);
        if ((dying & bit) != 0) return false;
        dying |= bit;
        DyingBlocks++;
        if ((use.Live[location.Block / 64] & bit) == 0) return false;
        LiveBlocks--;
        return true;
    }

    private Use UseOf(uint segment)
    {
        if (!uses.TryGetValue(segment, out var use)) uses.Add(segment, use = new((int)(blocksPerSegment + 63) / 64));
        return use;
    }

    private static void Set(ulong[] bits, int first, int count)
    {
        for (var i = first; i < first + count; i++) bits[i / 64] |= 1UL << i % 64;
    }
}
