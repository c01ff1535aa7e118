using SnapshotPortal.Engine;

namespace SnapshotPortal.Testing;

/// <summary>The whole truth about a pool at one instant: its disks and its local snapshots, by name.</summary>
public sealed class PoolContent
{
    /// <summary>The disks.</summary>
    public Dictionary<string, DiskContent> Disks { get; } = new(StringComparer.Ordinal);

    /// <summary>The local snapshots; their states are never changed.</summary>
    public Dictionary<string, DiskContent> Snapshots { get; } = new(StringComparer.Ordinal);

    /// <summary>A copy that changes by itself.</summary>
    public PoolContent Copy()
    {
        var copy = new PoolContent();
        foreach (var (name, disk) in Disks)
            copy.Disks.Add(name, disk.Copy());
        foreach (var (name, snapshot) in Snapshots)
            copy.Snapshots.Add(name, snapshot);
        return copy;
    }
}

/// <summary>A disk's or snapshot's content: every block that was ever written, zeroed or trimmed.</summary>
/// <param name="lengthBytes">Its size.</param>
/// <param name="lineage">Tells disks of one name apart: a number of its own for every disk that was ever made; a snapshot has that of its disk.</param>
/// <param name="diskName">The name of the disk, in a snapshot that of its source.</param>
public sealed class DiskContent(long lengthBytes, int lineage, string diskName)
{
    /// <summary>The size.</summary>
    public long LengthBytes { get; } = lengthBytes;

    /// <summary>The number of the disk, shared by its snapshots.</summary>
    public int Lineage { get; } = lineage;

    /// <summary>The name of the disk that it is or was taken of.</summary>
    public string DiskName { get; } = diskName;

    /// <summary>The blocks by their number.</summary>
    public Dictionary<long, BlockContent> Blocks { get; private init; } = [];

    /// <summary>The same content.</summary>
    public DiskContent Copy() => CopyAs(LengthBytes, Lineage, DiskName);

    /// <summary>The same content as another disk's beginning.</summary>
    public DiskContent CopyAs(long lengthBytes, int lineage, string diskName) =>
        new(lengthBytes, lineage, diskName) { Blocks = new(Blocks) };

    /// <summary>Fills with the bytes at an offset.</summary>
    public void Read(long offsetBytes, Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        for (var done = 0; done < destination.Length;)
        {
            var (lba, within) = Math.DivRem(offsetBytes + done, Limits.BlockBytes);
            var length = Math.Min(Limits.BlockBytes - (int)within, destination.Length - done);
            if (Blocks.TryGetValue(lba, out var content))
            {
                content.CopyTo(lba, block);
                block.Slice((int)within, length).CopyTo(destination[done..]);
            }
            else
            {
                destination.Slice(done, length).Clear();
            }

            done += length;
        }
    }
}
