using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>
/// A stored snapshot as what disks made from it read from until they are whole. Opened by the first read, so that the portal
/// starts, and disks are made, while the repository does not answer.
/// </summary>
/// <remarks>
/// A disk's size is whole GiB, a snapshot's content that was adopted may be any: behind its end there are zeroes.
/// As long as a pool names it as a base the snapshot is not removed, so what is not found is away: the reader tries again.
/// </remarks>
internal sealed class SnapshotBase(Repository repository, string snapshotId, long lengthBytes) : IBlockDevice
{
    private readonly Lock opening = new();
    private StoredSnapshot? opened;

    public long LengthBytes => lengthBytes;

    public bool IsReadOnly => true;

    public void Read(long offsetBytes, Span<byte> destination)
    {
        try
        {
            var content = Open();
            var within = (int)Math.Clamp(content.LengthBytes - offsetBytes, 0, destination.Length);
            if (within > 0) content.Read(offsetBytes, destination[..within]);
            destination[within..].Clear();
        }
        catch (EngineException exception) when (exception.Fault == EngineFault.Missing) { throw Away(exception); }
    }

    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        var content = Open();
        var within = Math.Clamp(content.LengthBytes - offsetBytes, 0, lengthBytes);
        using var extents = content.Extents(Math.Min(offsetBytes, content.LengthBytes), within).GetEnumerator();
        while (true)
        {
            try
            {
                if (!extents.MoveNext()) break;
            }
            catch (EngineException exception) when (exception.Fault == EngineFault.Missing) { throw Away(exception); }
            yield return extents.Current;
        }

        if (within < lengthBytes) yield return new(offsetBytes + within, lengthBytes - within, ExtentKind.Hole);
    }

    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw Refused();

    public void WriteZeroes(long offsetBytes, long lengthBytes) => throw Refused();

    public void Trim(long offsetBytes, long lengthBytes) => throw Refused();

    public void Flush() { }

    private StoredSnapshot Open()
    {
        lock (opening)
        {
            if (opened is not null) return opened;
            try { return opened = repository.OpenSnapshotAsync(snapshotId, CancellationToken.None).GetAwaiter().GetResult(); }
            catch (EngineException exception) when (exception.Fault == EngineFault.Missing) { throw Away(exception); }
        }
    }

    private EngineException Away(EngineException exception) => new(
        EngineFault.StoreUnavailable, $"The repository does not give the content of the snapshot {snapshotId}: {exception.Message} Bring the store back; what is copied already works meanwhile.", exception);

    private EngineException Refused() => new(EngineFault.ReadOnly, $"The snapshot {snapshotId} takes no changes.");
}
