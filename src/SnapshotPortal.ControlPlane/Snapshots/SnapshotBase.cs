using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>
/// A stored snapshot as what disks made from it read from until they are whole. Opened by the first read, so that the portal
/// starts, and disks are made, while the repository does not answer.
/// </summary>
/// <remarks>As long as a pool names it as a base the snapshot is not removed, so what is not found is away: the reader tries again.</remarks>
internal sealed class SnapshotBase(Repository repository, string snapshotId, long lengthBytes) : IBlockDevice
{
    private readonly Lock opening = new();
    private StoredSnapshot? opened;

    public long LengthBytes => lengthBytes;

    public bool IsReadOnly => true;

    public void Read(long offsetBytes, Span<byte> destination)
    {
        try { Open().Read(offsetBytes, destination); }
        catch (EngineException exception) when (exception.Fault == EngineFault.Missing) { throw Away(exception); }
    }

    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        using var extents = Open().Extents(offsetBytes, lengthBytes).GetEnumerator();
        while (true)
        {
            try
            {
                if (!extents.MoveNext()) yield break;
            }
            catch (EngineException exception) when (exception.Fault == EngineFault.Missing) { throw Away(exception); }
            yield return extents.Current;
        }
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
