using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Stores the maps and the table as they are at one place in the log, while writing goes on behind it.</summary>
/// <remarks>
/// As the log's leader it notes the place, keeps the roots and raises the generation; from then on the writer copies every
/// page before it changes it, so what is to be stored stands still. Then, beside the writer: the pages that are not
/// stored yet, children before parents; a flush, which also makes the log up to here durable; the table; the superblock.
/// A crash anywhere before the last step leaves the previous checkpoint in force.
/// </remarks>
internal sealed class Checkpoint(BatchWriter log, PoolState state, Liveness liveness, MapCache cache)
{
    private const int PagesPerWrite = 64;
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(PagesPerWrite * Limits.BlockBytes, pinned: true);
    private readonly List<MapPage> pending = [];
    private readonly int pagesPerWrite = Math.Min(PagesPerWrite, log.WriteBlocksMax);

    public Superblock Run(Superblock previous, SuperblockFile file, uint life)
    {
        LogPosition position = default;
        uint segmentsUsed = 0;
        PoolTable table = new(0, 0, [], [], Damage: null);
        BlockMap[] disks = [], snapshots = [];
        pending.Clear(); // An attempt that found no room leaves pages of any level here.
        log.Control(() =>
        {
            (position, segmentsUsed) = (log.Position, log.SegmentsUsed);
            table = state.Table();
            disks = Array.ConvertAll(state.Disks(), disk => disk.Map.Freeze());
            snapshots = Array.ConvertAll(state.Snapshots(), snapshot => snapshot.Map);
            state.Generation++;
            state.IsStoring = true;
            cache.Backlog.BeginCheckpoint();
            log.Backlog.BeginCheckpoint();
            liveness.BeginCheckpoint();
        });
        try
        {
            foreach (var map in disks) Store(map);
            foreach (var map in snapshots) Store(map);
            table = table.WithRoots(disks, snapshots); // Before the writer may open stored pages again.
            log.Control(() => state.IsStoring = false);
            if (!Mutant.CheckpointWithoutFlush) log.Flusher.Flush();
            var written = file.Write(previous, table, position, life, segmentsUsed, log.Flusher.Durable);
            cache.Backlog.CompleteCheckpoint();
            log.Backlog.CompleteCheckpoint();
            liveness.CompleteCheckpoint();
            return written;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Full)
        {
            log.Control(() =>
            {
                state.IsStoring = false;
                liveness.AbortCheckpoint();
            });
            throw;
        }
    }

    private void Store(BlockMap map)
    {
        if (map.LoadedPage is not { } root) return;
        for (var level = 0; level < map.Height; level++)
        {
            Collect(root, map.Height - 1, level);
            StorePending();
        }
    }

    /// <summary>Stores the pages of one level (0: leaves) that are not stored. A stored page has a stored subtree: any change would have copied it.</summary>
    private void Collect(MapPage page, int pageLevel, int level)
    {
        if (page.IsStored) return;
        if (pageLevel > level)
        {
            for (var i = 0; i < MapPage.Entries; i++)
                if (page.UnstoredChild(i) is { } child) Collect(child, pageLevel - 1, level);
            return;
        }
        pending.Add(page);
        if (pending.Count == pagesPerWrite) StorePending();
    }

    private unsafe void StorePending()
    {
        if (pending.Count == 0) return;
        for (var i = 0; i < pending.Count; i++)
        {
            pending[i].Seal();
            pending[i].Bytes.CopyTo(PageBytes(i));
        }
        Location location;
        fixed (byte* data = buffer) location = log.MapPages(pending.Count, data);
        for (var i = 0; i < pending.Count; i++)
        {
            pending[i].MarkStored(location.Plus(i), Crc32C.OfBlock(PageBytes(i)));
            cache.Keep(pending[i]);
        }
        pending.Clear();
    }

    private Span<byte> PageBytes(int index) => buffer.AsSpan(index * Limits.BlockBytes, Limits.BlockBytes);
}
