using System.Runtime.InteropServices;

namespace SnapshotPortal.Engine.Maps;

/// <summary>What a map says of one block, or of one subtree: 16 bytes, as they stand in a stored page (docs/format.md, Map page).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = MapEntry.Bytes)]
internal readonly record struct MapEntry(Location Location, uint Crc, uint Birth)
{
    public const int Bytes = 16;

    public LocationKind Kind => Location.Kind;

    public bool IsAbsent => Kind == LocationKind.Absent;

    /// <summary>The entry of what was trimmed or zeroed in an epoch. In an inner page it stands for the whole subtree.</summary>
    public static MapEntry Zero(uint birth) => new(Location.Zero, 0, birth);
}

/// <summary>Where a block lies: of the base or not (1 bit), kind (7), segment (32), block within the segment (24).</summary>
internal readonly record struct Location(ulong Value)
{
    private const ulong OfBase = 1UL << 63;

    public const int BlockBits = 24;

    public static readonly Location Zero = new((ulong)LocationKind.Zero << 56);

    public static Location Of(LocationKind kind, uint segment, uint block) => new((ulong)kind << 56 | (ulong)segment << BlockBits | block);

    public LocationKind Kind => (LocationKind)(Value >> 56 & 0x7F);

    /// <summary>Whether the block is the base's: stored, but no change.</summary>
    public bool IsOfBase => (Value & OfBase) != 0;

    public uint Segment => (uint)(Value >> BlockBits);

    public uint Block => (uint)Value & ((1u << BlockBits) - 1);

    /// <summary>The same place, as that of a block of the base.</summary>
    public Location AsOfBase() => new(Value | OfBase);

    /// <summary>The location <paramref name="blocks"/> further on in the same segment.</summary>
    public Location Plus(int blocks) => new(Value + (uint)blocks);
}

internal enum LocationKind : byte
{
    /// <summary>Never written: reads from the disk's base, or as zeroes.</summary>
    Absent = 0,

    /// <summary>Reads as zeroes by a trim or a write of zeroes.</summary>
    Zero = 1,

    /// <summary>A block of data.</summary>
    Block = 2,

    /// <summary>A page of the map, one level down.</summary>
    Page = 3,
}
