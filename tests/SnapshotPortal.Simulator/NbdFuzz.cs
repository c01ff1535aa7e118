using System.Collections.Concurrent;
using System.Net.Sockets;
using SnapshotPortal.Engine;
using SnapshotPortal.Nbd;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>Clients that speak NBD well, nearly, or not at all, by seed, to a server whose device fails now and then.</summary>
/// <remarks>
/// Looked for: an exception that nobody expected, a connection that does not end, memory that grows, and answers that are wrong: each
/// request of a client that kept the rules is answered exactly once, and nothing is answered that was not asked.
/// </remarks>
public sealed class NbdFuzz : IExportCatalog, IAsyncDisposable
{
    private const string ExportName = "disk";
    private const long DeviceBytes = 4 << 20;
    private const long MemoryBytesMax = 1L << 30;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(30);

    private readonly string directory = Directory.CreateTempSubdirectory("nbd-fuzz-").FullName;
    private readonly NbdServer server;
    private readonly ConcurrentQueue<Exception> bugs = [];

    private NbdFuzz()
    {
        server = new(this, new() { Ended = end => { if (end.Bug is { } bug) bugs.Enqueue(bug); } });
        server.Listen(new UnixDomainSocketEndPoint(SocketPath));
    }

    private string SocketPath => Path.Combine(directory, "nbd");

    /// <summary>Runs clients from a seed on until so many messages were sent; returns what is wrong, or null, and how many were sent.</summary>
    public static async Task<(string? Failure, long Messages)> RunAsync(long seed, long messagesMin)
    {
        await using var fuzz = new NbdFuzz();
        var messages = 0L;
        string? failure = null;
        var next = seed;
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (Volatile.Read(ref failure) is null && Interlocked.Read(ref messages) < messagesMin)
            {
                var own = Interlocked.Increment(ref next) - 1;
                var (wrong, sent) = fuzz.RunClient(own);
                Interlocked.Add(ref messages, sent);
                if (wrong is not null) Interlocked.CompareExchange(ref failure, $"Seed {own}: {wrong}", null);
            }
        });
        return (failure, messages);
    }

    /// <inheritdoc/>
    public Export? Find(string name, NbdPeer peer)
    {
        if (name != ExportName) return null;
        var device = new FailingDevice(new MemoryBlockDevice(DeviceBytes));
        return new Export { Name = name, Device = device, ConnectionsMax = 100, Changes = [new("before", device.Extents)] };
    }

    /// <inheritdoc/>
    public IReadOnlyList<Export> List(NbdPeer peer) => [Find(ExportName, peer)!];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private (string? Wrong, int Messages) RunClient(long seed)
    {
        var script = new NbdScript(new Random((int)seed), ExportName, DeviceBytes);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)TimeMax.TotalMilliseconds, SendTimeout = (int)TimeMax.TotalMilliseconds };
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        var sending = Task.Factory.StartNew(() => Send(socket, script), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var (received, hasTimedOut) = Receive(socket);
        sending.Wait();
        if (hasTimedOut) return ("the connection does not end.", script.Messages);
        if (bugs.TryPeek(out var bug)) return ($"an unexpected exception: {bug}", script.Messages);
        if (GC.GetTotalMemory(forceFullCollection: false) > MemoryBytesMax && GC.GetTotalMemory(forceFullCollection: true) > MemoryBytesMax) return ("more than 1 GiB of memory is held.", script.Messages);
        return (NbdTranscript.Check(received, script), script.Messages);
    }

    private static void Send(Socket socket, NbdScript script)
    {
        try
        {
            foreach (var part in script.Parts) socket.Send(part.Span);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException) { } // The server has had enough.
    }

    private static (byte[] Bytes, bool HasTimedOut) Receive(Socket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            while (socket.Receive(buffer) is > 0 and var count) all.Write(buffer, 0, count);
        }
        catch (SocketException e)
        {
            return (all.ToArray(), e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock);
        }
        return (all.ToArray(), false);
    }

    /// <summary>Fails by place, so that a seed replays; and lets some requests wait.</summary>
    private sealed class FailingDevice(MemoryBlockDevice inner) : IBlockDevice
    {
        public long LengthBytes => inner.LengthBytes;

        public bool IsReadOnly => false;

        public void Read(long offsetBytes, Span<byte> destination)
        {
            FailAt(offsetBytes);
            inner.Read(offsetBytes, destination);
        }

        public void Write(long offsetBytes, ReadOnlySpan<byte> source)
        {
            FailAt(offsetBytes);
            inner.Write(offsetBytes, source);
        }

        public void WriteZeroes(long offsetBytes, long lengthBytes)
        {
            FailAt(offsetBytes);
            inner.WriteZeroes(offsetBytes, lengthBytes);
        }

        public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

        public void Flush() { }

        public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
        {
            FailAt(offsetBytes);
            return inner.Extents(offsetBytes, lengthBytes);
        }

        public bool TryRead(long offsetBytes, Span<byte> destination)
        {
            if (offsetBytes / 512 % 5 == 0) return false;
            Read(offsetBytes, destination);
            return true;
        }

        public bool TryWrite(ReadOnlySpan<BlockWrite> writes)
        {
            if (writes[0].OffsetBytes / 512 % 7 == 0) return false;
            ((IBlockDevice)this).Write(writes, CancellationToken.None);
            return true;
        }

        private static void FailAt(long offsetBytes)
        {
            if (offsetBytes / 4096 % 50 == 13) throw new EngineException(EngineFault.Corrupt, $"Block {offsetBytes / 4096} fails on purpose.");
        }
    }
}
