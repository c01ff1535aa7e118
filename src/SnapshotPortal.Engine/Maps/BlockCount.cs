namespace SnapshotPortal.Engine.Maps;

/// <summary>How many blocks a version has that its parent has not. Changed and read by the log's leader only.</summary>
/// <remarks>
/// Known only while <see cref="Log.Liveness"/> is exact: a mark gives every version a new count. What a tree that was given
/// up still holds is in the count until the walk over the tree has found it.
/// </remarks>
internal sealed class BlockCount
{
    private BlockCount? heir;
    private long blocks;

    public long Blocks => Last.blocks;

    /// <summary>The count that this one went over to, or itself.</summary>
    public BlockCount Last => heir?.Last ?? this;

    public void Add(long added) => Last.blocks += added;

    /// <summary>The version is gone: what was its own is its only child's now, and what is still to be subtracted goes there.</summary>
    public void MoveTo(BlockCount child)
    {
        child.Add(blocks);
        heir = child;
    }
}
