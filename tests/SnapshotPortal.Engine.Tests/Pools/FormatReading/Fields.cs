using System.Buffers.Binary;
using System.Text;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>Reads fields one after the other, as docs/format.md states them, and refuses what is not as stated.</summary>
internal sealed class Fields(ReadOnlyMemory<byte> bytes, string what)
{
    public const int BlockBytes = 4096;
    private const uint Version = 1;
    private int at;

    public string What => what;

    public int Left => bytes.Length - at;

    /// <summary>Magic, version, CRC (of all bytes, its own field at 12 taken as zero) and, where known, the pool's id: how all but the table begin.</summary>
    public Guid Head(string magic, Guid? poolId)
    {
        MagicAndVersion(magic);
        var crc = U32();
        Require(crc == Crc.Of(bytes.Span, zeroAt: 12), "has another CRC than it says");
        return PoolId(poolId);
    }

    public void MagicAndVersion(string magic)
    {
        Require(Encoding.ASCII.GetString(Bytes(8)) == magic, $"does not begin with {magic}");
        var version = U32();
        Require(version == Version, $"has format version {version}");
    }

    public Guid PoolId(Guid? expected)
    {
        var id = new Guid(Bytes(16), bigEndian: true);
        Require(expected is null || id == expected, $"belongs to pool {id}");
        return id;
    }

    public byte U8() => Bytes(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        Require(count <= Left, $"ends before {count} bytes at {at}");
        at += count;
        return bytes.Span.Slice(at - count, count);
    }

    public void Zero(int count) => Require(!Bytes(count).ContainsAnyExcept((byte)0), $"has bytes that are not zero before {at}");

    /// <summary>Nothing but zeroes is left.</summary>
    public void ZeroToEnd() => Zero(Left);

    public void End() => Require(Left == 0, $"has {Left} bytes too many");

    /// <summary>Text of 0–1,024 bytes behind its length; null where there is none.</summary>
    public string? Remark()
    {
        var length = U16();
        Require(length <= 1024, "has a text of more than 1,024 bytes");
        return length == 0 ? null : Text(length);
    }

    public string Name() => Name(U16());

    public string Name(int length)
    {
        Require(length is >= 1 and <= 64, $"has a name of {length} bytes");
        return Text(length);
    }

    public void Require(bool holds, string complaint)
    {
        if (!holds) throw new InvalidDataException($"{what} {complaint}.");
    }

    private string Text(int length) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Bytes(length));
}

/// <summary>CRC-32C, bit by bit.</summary>
internal static class Crc
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> bytes, int zeroAt = -1)
    {
        var crc = uint.MaxValue;
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = zeroAt >= 0 && i >= zeroAt && i < zeroAt + 4 ? (byte)0 : bytes[i];
            crc = Table[(byte)(crc ^ value)] ^ crc >> 8;
        }

        return ~crc;
    }

    private static uint Entry(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78;
        return crc;
    }
}
