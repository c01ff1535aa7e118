using System.Buffers.Binary;
using System.Text;

namespace SnapshotPortal.Nbd.Negotiation;

/// <summary>Reads the data of an option field by field. <see cref="IsValid"/> is false once something was not there or is not text.</summary>
internal ref struct OptionData(ReadOnlySpan<byte> rest)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = rest;

    public bool IsValid { get; private set; } = true;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public ushort UInt16() => Take(sizeof(ushort)) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;

    public uint UInt32() => Take(sizeof(uint)) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;

    /// <summary>A string behind its length.</summary>
    public string Text() => Text(UInt32());

    /// <summary>Everything that is left, as a string.</summary>
    public string Remaining() => Text((uint)rest.Length);

    private string Text(uint length)
    {
        if (length > NbdLimits.NameBytesMax) IsValid = false;
        var bytes = Take(length);
        if (bytes.Contains((byte)0)) IsValid = false;
        if (!IsValid) return "";
        try { return Utf8.GetString(bytes); }
        catch (DecoderFallbackException)
        {
            IsValid = false;
            return "";
        }
    }

    private ReadOnlySpan<byte> Take(uint length)
    {
        if (!IsValid || length > rest.Length)
        {
            IsValid = false;
            return default;
        }
        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }
}
