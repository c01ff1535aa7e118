using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Pools;

/// <summary>One storage cluster: the disks and local snapshots of a zone in one append-only log (docs/format.md).</summary>
public sealed class Pool : IDisposable
{
    /// <summary>Opens the pool in <paramref name="directory"/>, recovering what a crash left, or makes a new one where there is none.</summary>
    public static Pool Open(IFileSystem files, string directory, PoolOptions options) => throw new NotSupportedException();

    /// <summary>The pool's id, drawn when it was made.</summary>
    public Guid Id { get; }

    /// <summary>All disks.</summary>
    public IReadOnlyList<PoolDisk> Disks => throw new NotSupportedException();

    /// <summary>All local snapshots.</summary>
    public IReadOnlyList<LocalSnapshot> Snapshots => throw new NotSupportedException();

    /// <summary>Makes an empty disk; durable on return.</summary>
    public PoolDisk CreateDisk(string name, long lengthBytes) => throw new NotSupportedException();

    /// <summary>The disk of that name, or null.</summary>
    public PoolDisk? FindDisk(string name) => throw new NotSupportedException();

    /// <summary>Deletes a disk; its local snapshots stay. Durable on return.</summary>
    public void DeleteDisk(string name) => throw new NotSupportedException();

    /// <summary>Keeps the content that a disk has now: O(1). Durable on return.</summary>
    public LocalSnapshot TakeSnapshot(string diskName, string snapshotName) => throw new NotSupportedException();

    /// <summary>The local snapshot of that name, or null.</summary>
    public LocalSnapshot? FindSnapshot(string name) => throw new NotSupportedException();

    /// <summary>Lets a local snapshot go. Durable on return.</summary>
    public void DeleteSnapshot(string name) => throw new NotSupportedException();

    /// <summary>Makes a disk that begins with a local snapshot's content: O(1). Durable on return.</summary>
    public PoolDisk CloneDisk(string snapshotName, string diskName, long lengthBytes) => throw new NotSupportedException();

    /// <summary>Makes everything completed before the call survive a crash.</summary>
    public void Flush() => throw new NotSupportedException();

    /// <summary>Writes the maps and the table of disks, so that the next opening replays less.</summary>
    public void Checkpoint() => throw new NotSupportedException();

    /// <summary>Checkpoints and closes. Without it the next opening recovers.</summary>
    public void Dispose() => throw new NotSupportedException();
}

/// <summary>A disk in a pool. Writes are redirected: nothing stored is ever overwritten.</summary>
public sealed class PoolDisk : IBlockDevice
{
    /// <summary>The name it was made with.</summary>
    public string Name => throw new NotSupportedException();

    /// <summary>The number of its current epoch: raised by every snapshot; content written now is born in it.</summary>
    public uint Epoch => throw new NotSupportedException();

    /// <summary>Why the disk only reads, where it opened read-only because of damage; otherwise null.</summary>
    public string? Damage => throw new NotSupportedException();

    /// <inheritdoc/>
    public long LengthBytes => throw new NotSupportedException();

    /// <inheritdoc/>
    public bool IsReadOnly => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void WriteZeroes(long offsetBytes, long lengthBytes) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes) => throw new NotSupportedException();
}

/// <summary>A kept state of a disk, read-only.</summary>
public sealed class LocalSnapshot : IBlockDevice
{
    /// <summary>The name it was made with.</summary>
    public string Name => throw new NotSupportedException();

    /// <summary>The name of the disk it was taken of; the disk may be gone.</summary>
    public string DiskName => throw new NotSupportedException();

    /// <summary>The epoch that it closed: its content was born in it or before.</summary>
    public uint Epoch => throw new NotSupportedException();

    /// <summary>
    /// The ranges that changed after <paramref name="epoch"/> (an earlier snapshot's <see cref="Epoch"/> of the same disk),
    /// as <see cref="ExtentKind.Data"/> or <see cref="ExtentKind.Zero"/>; unchanged ranges are left out. 0: everything ever written.
    /// The cost follows the changes, not the disk.
    /// </summary>
    public IEnumerable<Extent> ChangedSince(uint epoch) => throw new NotSupportedException();

    /// <inheritdoc/>
    public long LengthBytes => throw new NotSupportedException();

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void WriteZeroes(long offsetBytes, long lengthBytes) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes) => throw new NotSupportedException();
}

/// <summary>How a pool works; sizes that tests make small.</summary>
public sealed record PoolOptions
{
    /// <summary>The maximal size of a segment file.</summary>
    public long SegmentBytes { get; init; } = 128L << 20;

    /// <summary>How many bytes of log may lie behind the last checkpoint before the next one begins.</summary>
    public long ReplayBytes { get; init; } = 256L << 20;

    /// <summary>Draws the pool's id; seeded in simulations.</summary>
    public Func<Guid> NewId { get; init; } = Guid.CreateVersion7;

    /// <summary>Whether checkpoints run by themselves on a thread of their own; simulations call <see cref="Pool.Checkpoint"/> instead.</summary>
    public bool BackgroundCheckpoints { get; init; } = true;
}
