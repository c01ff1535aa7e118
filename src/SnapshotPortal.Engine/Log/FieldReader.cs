using System.Buffers.Binary;
using System.Text;

namespace SnapshotPortal.Engine.Log;

/// <summary>Reads the fields of a structure one after another; what does not fit its bounds is damage, named by <paramref name="what"/>.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes, string what)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly string what = what;

    /// <summary>
    /// Begins to read a structure that begins with its magic, its version and the CRC of all its bytes;
    /// <see cref="EngineFault.Corrupt"/> where these do not check, <see cref="EngineFault.NewerVersion"/> where it is whole but of
    /// a later version. The field of the CRC is cleared on the way.
    /// </summary>
    public static FieldReader Checked(Span<byte> bytes, ReadOnlySpan<byte> magic, uint version, string what)
    {
        var fields = new FieldReader(bytes, what);
        fields.Magic(magic);
        var (found, crc) = (fields.U32(), fields.U32());
        bytes.Slice(FieldWriter.CrcAt, sizeof(uint)).Clear();
        fields.Require(Crc32C.Of(bytes) == crc || Mutant.HeaderUnchecked, "its checksum does not match");
        fields.Version(found, version);
        return fields;
    }

    public int Position { get; private set; }

    public readonly int Left => bytes.Length - Position;

    public ReadOnlySpan<byte> Bytes(int count) => Take(count);

    public byte U8() => Take(1)[0];

    public int U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public Guid Id() => new(Take(16), bigEndian: true);

    /// <summary>A cipher and the check value of its key; 0 where there is none.</summary>
    public UInt128 KeyCheck()
    {
        var cipher = U32();
        var check = BinaryPrimitives.ReadUInt128LittleEndian(Take(16));
        Require(cipher <= FieldWriter.CipherXts && (cipher == 0) == (check == 0), $"it names a cipher {cipher} that this program does not know");
        return check;
    }

    public Maps.MapEntry Entry() => new(new(U64()), U32(), U32());

    public string Text(int bytesMax)
    {
        var length = U16();
        Require(length <= bytesMax, "a text is too long");
        return Text8(Take(length));
    }

    public static string Text8(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    public void Magic(ReadOnlySpan<byte> magic) => Require(Take(magic.Length).SequenceEqual(magic), "it does not begin with its magic");

    /// <summary>Compares a version whose checksum has been compared: what is merely damaged is not to be taken for something newer.</summary>
    public readonly void Version(uint found, uint known)
    {
        if (found > known) throw new EngineException(EngineFault.NewerVersion, $"{what} has format version {found}, and this program reads version {known}. Use a newer version of the program.");
        Require(found == known, $"it has format version {found}, and this program reads version {known}");
    }

    public void Zero(int count) => Require(!Take(count).ContainsAnyExcept((byte)0), "reserved bytes are not zero");

    public readonly void Require(bool holds, string problem)
    {
        if (!holds) throw Damaged(problem);
    }

    public readonly EngineException Damaged(string problem) => new(EngineFault.Corrupt, $"{what} is damaged: {problem}.");

    private ReadOnlySpan<byte> Take(int count)
    {
        Require(count <= Left, "it ends too early");
        var field = bytes.Slice(Position, count);
        Position += count;
        return field;
    }
}
