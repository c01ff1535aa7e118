namespace SnapshotPortal.Engine.Maps;

/// <summary>What a change of a map goes by, and where it leaves what it puts out of use.</summary>
/// <param name="Epoch">The epoch in which what is written is born.</param>
/// <param name="SharedUpTo">What was born up to this epoch belongs to the parent version as well; what was born later is this version's alone.</param>
/// <param name="Generation">The pool's generation.</param>
/// <param name="IsStoring">Whether a checkpoint is storing pages of the generation before: then no page of that may be changed.</param>
/// <param name="Freed">What is not needed any more.</param>
/// <param name="Added">Counts the blocks that were born later than <paramref name="SharedUpTo"/>.</param>
internal readonly record struct MapEdit(uint Epoch, uint SharedUpTo, long Generation, bool IsStoring, Freed Freed, BlockCount Added);

/// <summary>What changes have put out of use: filled by the log's leader, taken by <see cref="Log.Liveness"/>.</summary>
internal sealed class Freed
{
    /// <summary>Blocks of data: free once the change is durable.</summary>
    public List<Location> Blocks { get; } = [];

    /// <summary>Stored map pages: free once no superblock leads to them, two checkpoints on.</summary>
    public List<Location> Pages { get; } = [];

    /// <summary>Pages that a running checkpoint is about to store though they are out of use already; likewise.</summary>
    public List<MapPage> PagesBeingStored { get; } = [];

    /// <summary>Whole subtrees and versions, which are walked later.</summary>
    public List<FreedTree> Trees { get; } = [];

    public void Clear()
    {
        Blocks.Clear();
        Pages.Clear();
        PagesBeingStored.Clear();
        Trees.Clear();
    }
}

/// <summary>A tree that no version leads to any more: what in it was born after an epoch and is not in the heir's map is free.</summary>
/// <param name="Map">The tree.</param>
/// <param name="SharedUpTo">What was born up to this epoch belongs to the parent version.</param>
/// <param name="Heir">The map of the version that goes on from it, or null.</param>
/// <param name="Added">The count that its blocks are still in, or null.</param>
internal readonly record struct FreedTree(BlockMap Map, uint SharedUpTo, BlockMap? Heir, BlockCount? Added);
