using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Tests.Harness;

/// <summary>A client that writes and reads the protocol's bytes itself.</summary>
internal sealed class WireClient : IDisposable
{
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    private readonly Socket socket;
    private Stream stream;

    public WireClient(string socketPath)
    {
        socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)TimeMax.TotalMilliseconds, SendTimeout = (int)TimeMax.TotalMilliseconds };
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        stream = new NetworkStream(socket);
    }

    public WireClient(System.Net.EndPoint address)
    {
        socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)TimeMax.TotalMilliseconds, SendTimeout = (int)TimeMax.TotalMilliseconds, NoDelay = true };
        socket.Connect(address);
        stream = new NetworkStream(socket);
    }

    /// <summary>Goes on through another stream, as TLS does.</summary>
    public void Wrap(Func<Stream, Stream> wrap) => stream = wrap(stream);

    public void Greet(uint clientFlags = 3)
    {
        Assert.Equal(Magic.Greeting, BinaryPrimitives.ReadUInt64BigEndian(Receive(8)));
        Assert.Equal(Magic.Option, BinaryPrimitives.ReadUInt64BigEndian(Receive(8)));
        Assert.Equal(HandshakeFlags.FixedNewstyle | HandshakeFlags.NoZeroes, (HandshakeFlags)BinaryPrimitives.ReadUInt16BigEndian(Receive(2)));
        Send(Bytes(clientFlags));
    }

    public void Send(params byte[][] parts) => stream.Write([.. parts.SelectMany(part => part)]);

    /// <summary>The client sends nothing more.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    public byte[] Receive(int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Sends and receives without making anything.</summary>
    public void Exchange(byte[] requests, byte[] replies)
    {
        stream.Write(requests);
        stream.ReadExactly(replies);
    }

    /// <summary>Whether the server has ended the connection.</summary>
    public bool IsClosed()
    {
        try { return stream.ReadByte() < 0; }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown }) { return true; }
    }

    public static byte[] Bytes(ushort value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Bytes(uint value) => [.. Bytes((ushort)(value >> 16)), .. Bytes((ushort)value)];

    public static byte[] Bytes(ulong value) => [.. Bytes((uint)(value >> 32)), .. Bytes((uint)value)];

    public static byte[] Text(string text) => [.. Bytes((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] InfoData(string name, params InfoType[] asked) => [.. Text(name), .. Bytes((ushort)asked.Length), .. asked.SelectMany(type => Bytes((ushort)type))];

    public static byte[] ContextData(string name, params string[] queries) => [.. Text(name), .. Bytes((uint)queries.Length), .. queries.SelectMany(Text)];

    public static byte[] Option(OptionCode option, byte[] data) => [.. Bytes(Magic.Option), .. Bytes((uint)option), .. Bytes((uint)data.Length), .. data];

    public (OptionReply Reply, byte[] Data) Ask(OptionCode option, params byte[] data)
    {
        Send(Option(option, data));
        return ReceiveAnswer(option);
    }

    /// <summary>All answers to an option, the last of which ends it.</summary>
    public List<(OptionReply Reply, byte[] Data)> AskAll(OptionCode option, params byte[] data)
    {
        Send(Option(option, data));
        var answers = new List<(OptionReply Reply, byte[] Data)>();
        do answers.Add(ReceiveAnswer(option));
        while (answers[^1].Reply is OptionReply.Server or OptionReply.Info or OptionReply.MetaContext);
        return answers;
    }

    public (OptionReply Reply, byte[] Data) ReceiveAnswer(OptionCode option)
    {
        var header = Receive(20);
        Assert.Equal(Magic.OptionReply, BinaryPrimitives.ReadUInt64BigEndian(header));
        Assert.Equal(option, (OptionCode)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)));
        return ((OptionReply)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12)), Receive((int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16))));
    }

    public static byte[] Request(Command command, ulong offset, uint length, ulong cookie = 1, CommandFlags flags = CommandFlags.None, byte[]? payload = null) =>
        [.. Bytes(Magic.Request), .. Bytes((ushort)flags), .. Bytes((ushort)command), .. Bytes(cookie), .. Bytes(offset), .. Bytes(length), .. payload ?? []];

    public static byte[] Write(ulong offset, byte[] payload, ulong cookie = 1, CommandFlags flags = CommandFlags.None) =>
        Request(Command.Write, offset, (uint)payload.Length, cookie, flags, payload);

    /// <summary>A simple reply; a read's data follows it.</summary>
    public (NbdErrno Error, ulong Cookie) ReceiveSimple()
    {
        var header = Receive(16);
        Assert.Equal(Magic.SimpleReply, BinaryPrimitives.ReadUInt32BigEndian(header));
        return ((NbdErrno)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)), BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)));
    }

    public (ReplyType Type, bool IsDone, ulong Cookie, byte[] Payload) ReceiveChunk()
    {
        var header = Receive(20);
        Assert.Equal(Magic.StructuredReply, BinaryPrimitives.ReadUInt32BigEndian(header));
        return ((ReplyType)BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)), (header[5] & 1) != 0, BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)),
            Receive((int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16))));
    }

    /// <summary>The error of a reply of either kind that has no data; none where it succeeded.</summary>
    public (NbdErrno Error, ulong Cookie) ReceiveResult()
    {
        var magic = Receive(4);
        var before = stream;
        stream = new Prefixed(magic, before);
        try
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(magic) == Magic.SimpleReply) return ReceiveSimple();
            var (type, isDone, cookie, payload) = ReceiveChunk();
            Assert.True(isDone);
            return (type == ReplyType.Error ? (NbdErrno)BinaryPrimitives.ReadUInt32BigEndian(payload) : NbdErrno.None, cookie);
        }
        finally
        {
            stream = before;
        }
    }

    /// <summary>Sends one request and returns its result.</summary>
    public NbdErrno Run(byte[] request)
    {
        Send(request);
        return ReceiveResult().Error;
    }

    /// <summary>Reads through structured replies.</summary>
    public byte[] Read(ulong offset, uint length, CommandFlags flags = CommandFlags.None)
    {
        Send(Request(Command.Read, offset, length, flags: flags));
        var content = new byte[length];
        for (var isDone = false; !isDone;)
        {
            (var type, isDone, _, var payload) = ReceiveChunk();
            Assert.Equal(ReplyType.OffsetData, type);
            payload.AsSpan(8).CopyTo(content.AsSpan((int)(BinaryPrimitives.ReadUInt64BigEndian(payload) - offset)));
        }
        return content;
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    /// <summary>Gives some bytes once more before those of a stream.</summary>
    private sealed class Prefixed(byte[] first, Stream rest) : Stream
    {
        private int given;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (given == first.Length) return rest.Read(buffer, offset, count);
            count = Math.Min(count, first.Length - given);
            first.AsSpan(given, count).CopyTo(buffer.AsSpan(offset));
            given += count;
            return count;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
