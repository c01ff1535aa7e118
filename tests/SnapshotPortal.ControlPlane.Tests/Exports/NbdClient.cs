using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace SnapshotPortal.ControlPlane.Tests.Exports;

/// <summary>A machine that uses a disk over a Unix socket: fixed newstyle, one request at a time.</summary>
internal sealed class NbdClient : IDisposable
{
    private const uint Go = 7;
    private readonly NetworkStream stream;
    private ulong cookie;

    private NbdClient(NetworkStream stream) => this.stream = stream;

    /// <summary>Opens an export; null where the server has none of that name.</summary>
    public static async Task<NbdClient?> OpenAsync(string socketPath, string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
        var client = new NbdClient(new(socket, ownsSocket: true));
        await client.ReadAsync(18);
        var text = Encoding.UTF8.GetBytes(name);
        var hello = new byte[4 + 16 + 4 + text.Length + 2];
        BinaryPrimitives.WriteUInt32BigEndian(hello, 3); // fixed newstyle, no zeroes
        BinaryPrimitives.WriteUInt64BigEndian(hello.AsSpan(4), 0x49484156454F5054);
        BinaryPrimitives.WriteUInt32BigEndian(hello.AsSpan(12), Go);
        BinaryPrimitives.WriteUInt32BigEndian(hello.AsSpan(16), (uint)(text.Length + 6));
        BinaryPrimitives.WriteUInt32BigEndian(hello.AsSpan(20), (uint)text.Length);
        text.CopyTo(hello, 24);
        await client.stream.WriteAsync(hello);
        while (true)
        {
            var reply = await client.ReadAsync(20);
            var type = BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(12));
            await client.ReadAsync((int)BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(16)));
            if (type == 1) return client; // acknowledged
            if (type < 0x80000000) continue;
            client.Dispose();
            return null;
        }
    }

    /// <summary>Writes; the error that the server answers, 0 for none.</summary>
    public async Task<uint> WriteAsync(long offset, byte[] content)
    {
        await stream.WriteAsync((byte[])[.. Header(1, offset, content.Length), .. content]);
        return BinaryPrimitives.ReadUInt32BigEndian((await ReadAsync(16)).AsSpan(4));
    }

    public async Task<byte[]> ReadAsync(long offset, int length)
    {
        await stream.WriteAsync(Header(0, offset, length));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian((await ReadAsync(16)).AsSpan(4)));
        return await ReadAsync(length);
    }

    /// <summary>Returns once the server has closed the connection.</summary>
    public async Task ClosedAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1], timeout.Token));
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }

    public void Dispose() => stream.Dispose();

    private byte[] Header(ushort command, long offset, int length)
    {
        var header = new byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x25609513);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), ++cookie);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), offset);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(24), length);
        return header;
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
