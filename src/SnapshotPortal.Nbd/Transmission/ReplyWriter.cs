using System.Buffers.Binary;
using System.Text;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>Gathers a thread's replies, so that what belongs together goes out in one send.</summary>
internal sealed class ReplyWriter(Session session)
{
    private const int UsualBytes = 256 << 10;
    private const int KeptBytesMax = 4 << 20;
    private const int SimpleBytes = 16;
    private const int ChunkBytes = 20;
    private const int MessageBytesMax = 1024;
    private const ushort Done = 1;

    private byte[] buffer = GC.AllocateUninitializedArray<byte>(UsualBytes);
    private int length;
    private int requests;

    /// <summary>How much is gathered.</summary>
    public int Bytes => length;

    /// <summary>Room for the bytes of a read, behind its header. Nothing else is written until <see cref="EndRead"/>; without that it is as if it had never been asked for.</summary>
    public Span<byte> BeginRead(int dataBytes)
    {
        Reserve(ReadHeaderBytes + dataBytes);
        return buffer.AsSpan(length + ReadHeaderBytes, dataBytes);
    }

    /// <summary>The room is filled.</summary>
    public void EndRead(in RequestHeader request)
    {
        var header = buffer.AsSpan(length);
        if (!session.Agreement.HasStructuredReplies)
        {
            Simple(header, NbdErrno.None, request.Cookie);
        }
        else if (request.LengthBytes == 0)
        {
            Chunk(header, ReplyType.None, Done, request.Cookie, 0); // A chunk of data has at least one byte.
            length -= sizeof(ulong);
        }
        else
        {
            Chunk(header, ReplyType.OffsetData, Done, request.Cookie, sizeof(ulong) + (int)request.LengthBytes);
            BinaryPrimitives.WriteUInt64BigEndian(header[ChunkBytes..], request.Offset);
        }
        length += ReadHeaderBytes + (int)request.LengthBytes;
        requests++;
    }

    /// <summary>A request without data succeeded.</summary>
    public void Succeeded(ulong cookie)
    {
        Reserve(SimpleBytes);
        Simple(buffer.AsSpan(length), NbdErrno.None, cookie);
        length += SimpleBytes;
        requests++;
    }

    /// <summary>A request failed; where replies are structured, with a sentence for people.</summary>
    public void Failed(ulong cookie, NbdErrno error, string message)
    {
        Reserve(ChunkBytes + 6 + MessageBytesMax);
        var header = buffer.AsSpan(length);
        if (session.Agreement.HasStructuredReplies)
        {
            Encoding.UTF8.TryGetBytes(message, header.Slice(ChunkBytes + 6, MessageBytesMax), out var messageBytes);
            Chunk(header, ReplyType.Error, Done, cookie, 6 + messageBytes);
            BinaryPrimitives.WriteUInt32BigEndian(header[ChunkBytes..], (uint)error);
            BinaryPrimitives.WriteUInt16BigEndian(header[(ChunkBytes + 4)..], (ushort)messageBytes);
            length += ChunkBytes + 6 + messageBytes;
        }
        else
        {
            Simple(header, error, cookie);
            length += SimpleBytes;
        }
        requests++;
    }

    /// <summary>What one context says of a range.</summary>
    public void Statuses(ulong cookie, uint contextId, IReadOnlyList<(uint LengthBytes, uint Flags)> statuses, bool isLast)
    {
        var payloadBytes = sizeof(uint) + statuses.Count * 2 * sizeof(uint);
        Reserve(ChunkBytes + payloadBytes);
        var at = buffer.AsSpan(length);
        Chunk(at, ReplyType.BlockStatus, isLast ? Done : (ushort)0, cookie, payloadBytes);
        BinaryPrimitives.WriteUInt32BigEndian(at[ChunkBytes..], contextId);
        at = at[(ChunkBytes + sizeof(uint))..];
        foreach (var (lengthBytes, flags) in statuses)
        {
            BinaryPrimitives.WriteUInt32BigEndian(at, lengthBytes);
            BinaryPrimitives.WriteUInt32BigEndian(at[sizeof(uint)..], flags);
            at = at[(2 * sizeof(uint))..];
        }
        length += ChunkBytes + payloadBytes;
        if (isLast) requests++;
    }

    public void Send()
    {
        if (length == 0) return;
        session.Send(buffer.AsSpan(0, length), requests);
        (length, requests) = (0, 0);
        if (buffer.Length > KeptBytesMax) buffer = GC.AllocateUninitializedArray<byte>(UsualBytes);
    }

    private int ReadHeaderBytes => session.Agreement.HasStructuredReplies ? ChunkBytes + sizeof(ulong) : SimpleBytes;

    private void Reserve(int bytes)
    {
        if (bytes <= buffer.Length - length) return;
        Send();
        if (bytes > buffer.Length) buffer = GC.AllocateUninitializedArray<byte>(bytes);
    }

    private static void Simple(Span<byte> at, NbdErrno error, ulong cookie)
    {
        BinaryPrimitives.WriteUInt32BigEndian(at, Magic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(at[8..], cookie);
    }

    private static void Chunk(Span<byte> at, ReplyType type, ushort flags, ulong cookie, int payloadBytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(at, Magic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(at[6..], (ushort)type);
        BinaryPrimitives.WriteUInt64BigEndian(at[8..], cookie);
        BinaryPrimitives.WriteUInt32BigEndian(at[16..], (uint)payloadBytes);
    }
}
