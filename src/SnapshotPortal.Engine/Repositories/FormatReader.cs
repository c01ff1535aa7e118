using System.Buffers.Binary;
using System.Text;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Reads the fields of an object in order. Whatever does not fit is damage that names the object.</summary>
internal ref struct FormatReader(string objectName, ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly int RestBytes => rest.Length;

    public ReadOnlySpan<byte> Take(int length)
    {
        if (rest.Length < length) throw Damaged(objectName, "it ends early");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public Guid Guid() => new(Take(16), bigEndian: true);

    public ChunkId Id() => new(Take(ChunkId.Length));

    public string Text(int bytesMin, int bytesMax)
    {
        int length = UInt16();
        Require(length >= bytesMin && length <= bytesMax, "a text has a length outside its bounds");
        try { return Strict.GetString(Take(length)); }
        catch (DecoderFallbackException) { throw Damaged(objectName, "a text is not UTF-8"); }
    }

    public void Magic(ReadOnlySpan<byte> magic) => Require(Take(magic.Length).SequenceEqual(magic), "it does not begin or end as such an object does");

    public void Version() => Require(Flags() == 0, "it has the flags of another kind of object");

    /// <summary>Version and flags of an object that may be encrypted; whether it is.</summary>
    public bool VersionAndEncryption() => Flags() == 1;

    private int Flags()
    {
        int version = UInt16();
        Require(version == Repository.FormatVersion, $"it has format version {version}; this software reads version {Repository.FormatVersion}");
        int flags = UInt16();
        Require(flags is 0 or 1, "it has flags that this version does not know");
        return flags;
    }

    public void Reserved(int length) => Require(Take(length).IndexOfAnyExcept((byte)0) < 0, "a reserved byte is not zero");

    public readonly void Require(bool holds, string otherwise)
    {
        if (!holds) throw Damaged(objectName, otherwise);
    }

    public static UTF8Encoding Strict { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static EngineException Damaged(string objectName, string how) =>
        new(EngineFault.Corrupt, $"The object '{objectName}' is damaged or foreign: {how}.");
}

/// <summary>Writes the fields of an object in order into a buffer of the right size.</summary>
internal ref struct FormatWriter(Span<byte> bytes)
{
    private readonly Span<byte> all = bytes;
    private int position;

    public readonly ReadOnlySpan<byte> Written => all[..position];

    public Span<byte> Take(int length)
    {
        var taken = all.Slice(position, length);
        position += length;
        return taken;
    }

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)value));

    public void UInt32(int value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), checked((uint)value));

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    public void Id(ChunkId value) => value.CopyTo(Take(ChunkId.Length));

    public void Text(string value)
    {
        UInt16(FormatReader.Strict.GetByteCount(value));
        position += FormatReader.Strict.GetBytes(value, all[position..]);
    }

    public void Version(bool isEncrypted = false)
    {
        UInt16(Repository.FormatVersion);
        UInt16(isEncrypted ? 1 : 0);
    }

    public void Reserved(int length) => Take(length).Clear();
}
