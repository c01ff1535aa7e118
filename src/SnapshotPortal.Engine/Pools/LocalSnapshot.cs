using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>A kept state of a disk, read-only. What it holds never changes, whatever happens to its disk.</summary>
public sealed class LocalSnapshot : IBlockDevice, IVersion
{
    private readonly Pool pool;

    internal LocalSnapshot(Pool pool, uint id, string name, uint diskId, string diskName, BlockMap map)
    {
        this.pool = pool;
        Id = id;
        Name = name;
        DiskId = diskId;
        DiskName = diskName;
        Map = map;
    }

    /// <summary>The name it was made with.</summary>
    public string Name { get; }

    /// <summary>The name of the disk it was taken of; the disk may be gone.</summary>
    public string DiskName { get; }

    /// <summary>The epoch that it closed: its content was born in it or before.</summary>
    public required uint Epoch { get; init; }

    /// <inheritdoc/>
    public required long LengthBytes { get; init; }

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <summary>Why the content may not be what was kept: its disk was damaged when the snapshot was taken. Otherwise null.</summary>
    public string? Damage { get; init; }

    /// <summary>The name of what it reads from where its disk was not whole yet (<see cref="Pool.HandInBase"/>); null where it was.</summary>
    public string? BaseName => Map.Base?.Name;

    /// <summary>Whether what is stored of it is encrypted.</summary>
    public bool IsEncrypted => Key is not null;

    /// <summary>Whether it can neither be read nor written until <see cref="Unlock"/>: encrypted, and the pool was opened since its key was known.</summary>
    public bool IsLocked => Key is { IsMissing: true };

    internal uint Id { get; }

    internal DiskKey? Key { get; init; }

    internal uint DiskId { get; }

    internal EpochPath Path { get; init; } = EpochPath.Straight;

    /// <summary>Deleted for the user, but several versions go on from it.</summary>
    internal bool IsHidden { get; set; }

    internal bool IsDeleted { get; set; }

    internal BlockMap Map { get; }

    internal BlockCount Added { get; set; } = new();

    BlockCount IVersion.Added
    {
        get => Added;
        set => Added = value;
    }

    BlockMap IVersion.Map => Map;

    internal LocalSnapshot? Parent { get; set; }

    LocalSnapshot? IVersion.Parent
    {
        get => Parent;
        set => Parent = value;
    }

    /// <summary>What goes on from it.</summary>
    internal List<IVersion> Children { get; } = [];

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, destination.Length);
        RequireExisting();
        pool.CheckOpen();
        try
        {
            var cipher = RequireCipher();
            BlockReader.Read(Map, pool.Segments, cipher, offsetBytes, destination);
            if (cipher is null) return;
            RequireExisting(); // Deleted or closed meanwhile, and its key wiped.
            pool.CheckOpen();
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            RequireExisting(); // Deleted meanwhile, and its space given back.
            pool.Metrics.FoundDamage();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryRead(long offsetBytes, Span<byte> destination)
    {
        if (!BlockReader.IsAtHand(Map, offsetBytes, destination.Length)) return false;
        Read(offsetBytes, destination);
        return true;
    }

    /// <summary>Refused with <see cref="EngineFault.ReadOnly"/>.</summary>
    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw Refused();

    /// <summary>Refused with <see cref="EngineFault.ReadOnly"/>.</summary>
    public void WriteZeroes(long offsetBytes, long lengthBytes) => throw Refused();

    /// <summary>Refused with <see cref="EngineFault.ReadOnly"/>.</summary>
    public void Trim(long offsetBytes, long lengthBytes) => throw Refused();

    /// <summary>Returns at once: there is nothing to flush.</summary>
    public void Flush() { }

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, lengthBytes);
        return DeviceRange.Extents(OpenMap, offsetBytes, lengthBytes);

        BlockMap OpenMap()
        {
            pool.CheckOpen();
            return Map;
        }
    }

    /// <summary>Hands in the key of its disk: as <see cref="PoolDisk.Unlock"/>.</summary>
    public void Unlock(ReadOnlySpan<byte> key)
    {
        RequireExisting();
        pool.CheckOpen();
        Key?.HandIn(key, Name);
    }

    /// <summary>
    /// Whether <see cref="ChangedSince(uint)"/> of an earlier snapshot's <see cref="Epoch"/> tells all that differs from it: not
    /// where the disk was rolled back behind that snapshot in between.
    /// </summary>
    public bool CanCompareTo(uint epoch) => epoch <= Epoch && Path.Includes(epoch);

    /// <summary>
    /// The ranges that changed after <paramref name="epoch"/> (an earlier snapshot's <see cref="Epoch"/> of the same disk),
    /// as <see cref="ExtentKind.Data"/> or <see cref="ExtentKind.Zero"/>; unchanged ranges are left out, and so is what came from a base. 0: everything ever written, and what the base holds.
    /// The cost follows the changes, not the disk.
    /// </summary>
    public IEnumerable<Extent> ChangedSince(uint epoch) => ChangedSince(epoch, 0, LengthBytes);

    /// <summary>Likewise, of a range.</summary>
    public IEnumerable<Extent> ChangedSince(uint epoch, long offsetBytes, long lengthBytes)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, lengthBytes);
        if (!CanCompareTo(epoch)) throw new ArgumentOutOfRangeException(nameof(epoch), epoch, $"The snapshot '{Name}' cannot be compared to that epoch: it is later, or the disk was rolled back behind it.");
        if (epoch == 0 && Map.Base is not null) return Extents(offsetBytes, lengthBytes).Where(extent => extent.Kind != ExtentKind.Hole);
        var endBytes = offsetBytes + lengthBytes;
        var endLba = (endBytes + Limits.BlockBytes - 1) / Limits.BlockBytes;
        return MapRun.AsExtents(new MapWalk(Map, offsetBytes / Limits.BlockBytes, endLba, epoch).Runs(), offsetBytes, endBytes, withHoles: false);
    }

    /// <summary>What its blocks are encrypted with, or null; <see cref="EngineFault.KeyUnavailable"/> while it is locked.</summary>
    internal BlockCipher? RequireCipher() => Key?.CipherOf(Name);

    private void RequireExisting()
    {
        if (IsDeleted) throw new EngineException(EngineFault.Missing, $"The local snapshot '{Name}' was deleted.");
    }

    private EngineException Refused() => new(EngineFault.ReadOnly, $"'{Name}' is a snapshot: its content never changes. Make a disk of it to write.");
}
