using System.Buffers.Binary;
using System.Text;

namespace SnapshotPortal.Engine.Log;

/// <summary>Writes the fields of a structure one after another into zeroed bytes.</summary>
internal ref struct FieldWriter(Span<byte> bytes)
{
    private readonly Span<byte> bytes = bytes;

    public int Position { get; private set; }

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void U8(byte value) => Take(1)[0] = value;

    public void U16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)value));

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Id(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

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
