using System.Buffers.Binary;
using System.Text;

namespace SnapshotPortal.Engine.Log;

/// <summary>Writes the fields of a structure one after another into zeroed bytes.</summary>
internal ref struct FieldWriter(Span<byte> bytes)
{
    /// <summary>Where the CRC stands in a structure that begins with magic (8 bytes) and version (4).</summary>
    public const int CrcAt = 12;

    /// <summary>The number of AES-256-XTS; 0 is none.</summary>
    public const uint CipherXts = 1;

    private readonly Span<byte> bytes = bytes;

    /// <summary>Begins a structure with its magic, its version and the place of its CRC, which <see cref="Seal"/> fills.</summary>
    public static FieldWriter Begin(Span<byte> bytes, ReadOnlySpan<byte> magic, uint version)
    {
        var fields = new FieldWriter(bytes);
        fields.Bytes(magic);
        fields.U32(version);
        fields.Skip(sizeof(uint));
        return fields;
    }

    /// <summary>Puts the CRC of a complete structure in its place.</summary>
    public static void Seal(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[CrcAt..], Crc32C.Of(bytes));

    public int Position { get; private set; }

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void U8(byte value) => Take(1)[0] = value;

    public void U16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)value));

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Id(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    /// <summary>A cipher and the check value of its key, or zeroes for the check value 0.</summary>
    public void KeyCheck(UInt128 check)
    {
        U32(check == 0 ? 0 : CipherXts);
        BinaryPrimitives.WriteUInt128LittleEndian(Take(16), check);
    }

    public void Entry(Maps.MapEntry entry)
    {
        U64(entry.Location.Value);
        U32(entry.Crc);
        U32(entry.Birth);
    }

    /// <summary>A length of two bytes and UTF-8.</summary>
    public void Text(string value)
    {
        U16(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, Take(Encoding.UTF8.GetByteCount(value)));
    }

    /// <summary>Leaves zeroes.</summary>
    public void Skip(int count) => Take(count);

    private Span<byte> Take(int count)
    {
        var field = bytes.Slice(Position, count);
        Position += count;
        return field;
    }
}
