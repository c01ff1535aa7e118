using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>A disk in a pool. Writes are redirected: nothing stored is ever overwritten.</summary>
public sealed class PoolDisk : IBlockDevice, IVersion
{
    // One leaf of the map: a larger piece would gain nothing and hold up the requests behind it.
    private const int PieceBlocksMax = MapPage.Entries;

    private readonly Pool pool;
    private volatile BlockMap map;
    private long lengthBytes;

    internal PoolDisk(Pool pool, uint id, string name, BlockMap map)
    {
        this.pool = pool;
        Id = id;
        Name = name;
        this.map = map;
    }

    /// <summary>The name it was made with.</summary>
    public string Name { get; }

    /// <summary>The number of its current epoch: raised by every snapshot; content written now is born in it.</summary>
    public uint Epoch { get; internal set; } = 1;

    /// <summary>Why the disk only reads, where it opened read-only because of damage; otherwise null.</summary>
    public string? Damage { get; internal set; }

    /// <inheritdoc/>
    public long LengthBytes
    {
        get => Volatile.Read(ref lengthBytes);
        internal set => Volatile.Write(ref lengthBytes, value);
    }

    /// <inheritdoc/>
    public bool IsReadOnly => Damage is not null;

    internal uint Id { get; }

    internal EpochPath Path { get; set; } = EpochPath.Straight;

    internal LocalSnapshot? Parent { get; set; }

    LocalSnapshot? IVersion.Parent
    {
        get => Parent;
        set => Parent = value;
    }

    internal BlockMap Map
    {
        get => map;
        set => map = value;
    }

    BlockMap IVersion.Map => map;

    internal bool IsDeleted { get; set; }

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, destination.Length);
        RequireExisting();
        pool.CheckOpen();
        try
        {
            BlockReader.Read(Map, pool.Segments, offsetBytes, destination);
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            RequireExisting(); // Deleted meanwhile, and its space given back.
            throw;
        }
    }

    /// <inheritdoc/>
    public unsafe void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, source.Length);
        fixed (byte* data = source) Change(offsetBytes, source.Length, data);
    }

    /// <inheritdoc/>
    public unsafe void WriteZeroes(long offsetBytes, long lengthBytes)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, lengthBytes);
        Change(offsetBytes, lengthBytes, null);
    }

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public void Flush() => pool.Flush();

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, lengthBytes);
        return DeviceRange.Extents(Map, offsetBytes, lengthBytes);
    }

    internal void RequireWritable()
    {
        RequireExisting();
        if (Damage is not null) throw new EngineException(EngineFault.ReadOnly, $"The disk '{Name}' can only be read: {Damage}");
    }

    private void RequireExisting()
    {
        if (IsDeleted) throw new EngineException(EngineFault.Missing, $"The disk '{Name}' was deleted.");
    }

    /// <summary>Cuts a change into what the log takes: patches of single blocks, and runs of whole ones. No data: zeroes.</summary>
    private unsafe void Change(long offsetBytes, long lengthBytes, byte* data)
    {
        while (lengthBytes > 0)
        {
            var (lba, within) = Math.DivRem(offsetBytes, Limits.BlockBytes);
            long count;
            if (within != 0 || lengthBytes < Limits.BlockBytes)
            {
                count = Math.Min(Limits.BlockBytes - within, lengthBytes);
                pool.Log.Patch(this, lba, (int)within, (int)count, data);
            }
            else if (data is null)
            {
                count = lengthBytes / Limits.BlockBytes * Limits.BlockBytes;
                pool.Log.Zero(this, lba, lengthBytes / Limits.BlockBytes);
            }
            else
            {
                var blocks = (int)Math.Min(lengthBytes / Limits.BlockBytes, Math.Min(pool.Log.WriteBlocksMax, PieceBlocksMax - lba % PieceBlocksMax));
                count = (long)blocks * Limits.BlockBytes;
                pool.Log.Write(this, lba, blocks, data);
            }
            offsetBytes += count;
            lengthBytes -= count;
            if (data is not null) data += count;
        }
    }
}
