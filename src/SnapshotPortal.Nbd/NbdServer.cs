using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SnapshotPortal.Nbd;

/// <summary>Serves the exports of a catalog over NBD, on any number of addresses (docs/nbd.md).</summary>
/// <remarks>
/// Thread-safe. Every connection has a blocking thread of its own, and more while requests of it wait. Whatever a client
/// sends, the worst that happens is that its connection ends.
/// </remarks>
public sealed class NbdServer : IAsyncDisposable
{
    private const int Backlog = 128;
    private const int HandshakeStackBytes = 512 << 10;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly List<Listener> listeners = [];
    private readonly ConcurrentDictionary<long, NbdConnection> connections = new();
    private readonly ManualResetEventSlim stopping = new();
    private readonly ITimer clock;
    private long lastId;
    private int second;

    /// <summary>Makes a server that listens nowhere yet.</summary>
    public NbdServer(IExportCatalog catalog, NbdOptions options)
    {
        Catalog = catalog;
        Options = options;
        clock = options.Time.CreateTimer(_ => EndStalled(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>How it works.</summary>
    public NbdOptions Options { get; }

    /// <summary>Who is connected now.</summary>
    public IReadOnlyList<NbdConnectionInfo> Connections => [.. connections.Values.Select(connection => connection.Info).OrderBy(info => info.Id)];

    internal IExportCatalog Catalog { get; }

    /// <summary>Seconds since the server was made.</summary>
    internal int Second => Volatile.Read(ref second);

    /// <summary>
    /// Listens on an address: a TCP address, with port 0 for any free one, or a Unix socket. Clients of an address that is not
    /// loopback must use TLS. A socket file that a killed process left is replaced.
    /// </summary>
    /// <returns>The address, with its port.</returns>
    /// <exception cref="InvalidOperationException">The address needs TLS, and there is no certificate.</exception>
    /// <exception cref="SocketException">The address is in use, or not this machine's.</exception>
    public EndPoint Listen(EndPoint address)
    {
        var requiresTls = address is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address);
        if (requiresTls && Options.Certificate is null)
            throw new InvalidOperationException($"{address} is not a loopback address, so it needs TLS: give the server a certificate, or listen on 127.0.0.1, ::1 or a Unix socket.");
        var listener = new Listener(Bind(address), requiresTls);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping.IsSet, this);
            listeners.Add(listener);
        }
        new Thread(() => Accept(listener)) { IsBackground = true, Name = $"nbd {address}" }.Start();
        return listener.Socket.LocalEndPoint!;
    }

    /// <summary>Ends all connections to an export. Returns once none of them changes its device any more: at once, unless a write is being stored just then.</summary>
    public Task RevokeAsync(string exportName) => EndAsync(connections.Values.Where(connection => connection.Export?.Name == exportName), "The export was taken away.");

    /// <summary>Stops listening and ends all connections; returns as <see cref="RevokeAsync"/> does.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (stopping.IsSet) return;
            stopping.Set();
        }
        await clock.DisposeAsync();
        foreach (var listener in listeners) Unbind(listener.Socket);
        await EndAsync(connections.Values, "The server stops.");
    }

    /// <summary>Notes that a connection uses an export, where it may have one more.</summary>
    internal bool TryUse(NbdConnection connection, Export export, Action note)
    {
        lock (gate)
        {
            if (connections.Values.Count(other => other != connection && other.Export?.Name == export.Name) >= export.ConnectionsMax) return false;
            note();
            return true;
        }
    }

    internal void Forget(NbdConnection connection) => connections.TryRemove(connection.Id, out _);

    private static Task EndAsync(IEnumerable<NbdConnection> ending, string reason)
    {
        var all = ending.ToArray();
        foreach (var connection in all) connection.Close(reason);
        return Task.WhenAll(all.Select(connection => connection.ChangesEnded));
    }

    private void Accept(Listener listener)
    {
        while (true)
        {
            Socket socket;
            try { socket = listener.Socket.Accept(); }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (e is ObjectDisposedException || stopping.Wait(AcceptPause)) return;
                continue; // This client has left already, or the process has too many files open.
            }
            if (connections.Count >= Options.ConnectionsMax) socket.Dispose();
            else Begin(socket, listener.RequiresTls);
        }
    }

    private void Begin(Socket socket, bool requiresTls)
    {
        NbdConnection connection;
        try
        {
            if (socket.ProtocolType == ProtocolType.Tcp)
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true); // Ends half-open connections.
            }
            connection = new(this, socket, Interlocked.Increment(ref lastId), requiresTls);
        }
        catch (SocketException)
        {
            socket.Dispose(); // The client has left already.
            return;
        }
        connections[connection.Id] = connection;
        if (stopping.IsSet) connection.Close("The server stops.");
        new Thread(connection.Run, HandshakeStackBytes) { IsBackground = true, Name = "nbd connection" }.Start();
    }

    private void EndStalled()
    {
        Interlocked.Increment(ref second);
        foreach (var connection in connections.Values)
        {
            if (connection.Negotiating.IsLongerThan(Options.HandshakeTimeMax)) connection.Close("The client took too long to choose an export.");
            else if (connection.Receiving.IsLongerThan(Options.StallTimeMax)) connection.Close("The client stopped within a request.");
            else if (connection.Sending.IsLongerThan(Options.StallTimeMax)) connection.Close("The client does not take its replies.");
        }
    }

    private Socket Bind(EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (address is UnixDomainSocketEndPoint file) RemoveLeftover(file);
            socket.Bind(address);
            if (address is UnixDomainSocketEndPoint bound && !OperatingSystem.IsWindows()) File.SetUnixFileMode(bound.ToString(), Options.SocketMode);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket file that nobody listens on any more stands in the way of a new one.</summary>
    private static void RemoveLeftover(UnixDomainSocketEndPoint address)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try { probe.Connect(address); }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused) { File.Delete(address.ToString()); }
        catch (SocketException) { } // Nothing there, or something that binding will tell about.
    }

    private static void Unbind(Socket socket)
    {
        var address = socket.LocalEndPoint;
        socket.Dispose();
        if (address is UnixDomainSocketEndPoint file) File.Delete(file.ToString());
    }

    private sealed record Listener(Socket Socket, bool RequiresTls);
}
