using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>
/// A state that has a map: a disk, or a snapshot. Versions form a tree: each shares with its parent what was born up to
/// the parent's epoch and not changed since. So a block is shared by neighbours only, and what a version has that neither
/// its parent nor a child has is its own: dead once the version is gone.
/// </summary>
internal interface IVersion
{
    /// <summary>The snapshot that it goes on from, or null.</summary>
    LocalSnapshot? Parent { get; set; }

    BlockMap Map { get; }

    /// <summary>Counts the blocks that it has and its parent has not.</summary>
    BlockCount Added { get; set; }
}
