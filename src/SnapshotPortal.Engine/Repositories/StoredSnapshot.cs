namespace SnapshotPortal.Engine.Repositories;

/// <summary>The content of a stored snapshot as a read-only device.</summary>
public sealed class StoredSnapshot : IBlockDevice
{
    /// <summary>What the repository tells of the snapshot.</summary>
    public StoredSnapshotInfo Info => throw new NotSupportedException();

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
