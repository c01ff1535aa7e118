using System.Buffers.Binary;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>The fixed part of a request (proto.md, "Request message").</summary>
internal readonly record struct RequestHeader(CommandFlags Flags, Command Command, ulong Cookie, ulong Offset, uint LengthBytes)
{
    public const int Bytes = 28;

    /// <summary>How many bytes follow it.</summary>
    public int PayloadBytes => Command == Command.Write ? (int)LengthBytes : 0;

    /// <summary>Reads a header. A wrong magic number, or more payload than was advertised, leaves no way to know where the next one begins.</summary>
    public static RequestHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic.Request) throw new NbdProtocolException("A request does not begin with the magic number.");
        var header = new RequestHeader(
            (CommandFlags)BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            (Command)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
        if (header.Command == Command.Write && header.LengthBytes > NbdLimits.RequestBytesMax)
            throw new NbdProtocolException($"A write of {header.LengthBytes} bytes; {NbdLimits.RequestBytesMax} were advertised as the most.");
        return header;
    }
}
