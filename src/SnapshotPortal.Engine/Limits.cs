namespace SnapshotPortal.Engine;

/// <summary>Every bound of the engine, each with its reason.</summary>
public static class Limits
{
    /// <summary>The unit of allocation, mapping and checksums: the page size of guests and hosts, and what devices write whole.</summary>
    public const int BlockBytes = 4096;

    /// <summary>The largest disk: 64 TiB, the largest size of an ECS disk.</summary>
    public const long DiskBytesMax = 64L << 40;

    /// <summary>The longest name of a disk or local snapshot in bytes of UTF-8: long enough for every resource id.</summary>
    public const int NameBytesMax = 64;

    /// <summary>The unit of the repository: small enough for small incrementals, large enough to compress.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>The most disks in one group of snapshots: their records must fit one batch, and ECS allows no more.</summary>
    public const int GroupDisksMax = 128;
}
