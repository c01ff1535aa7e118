using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SnapshotPortal.Nbd.Negotiation;
using SnapshotPortal.Nbd.Transmission;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd;

/// <summary>One client, from the greeting to the end.</summary>
internal sealed class NbdConnection : IDisposable
{
    private readonly NbdServer server;
    private readonly NbdTransport transport;
    private readonly CancellationTokenSource closed = new();
    private readonly TaskCompletionSource changesEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string address;
    private readonly DateTimeOffset since;
    private long requests;
    private long bytesReceived;
    private long bytesSent;

    // One for the connection itself until it is closed, and one for every change that is being carried out.
    private int changes = 1;
    private int isClosed;
    private volatile string? reason;
    private volatile Exception? bug;
    private volatile Export? export;

    public NbdConnection(NbdServer server, Socket socket, long id, bool requiresTls)
    {
        this.server = server;
        Id = id;
        RequiresTls = requiresTls;
        address = AddressOf(socket);
        since = server.Options.Time.GetUtcNow();
        transport = new(socket);
        Negotiating = new(server);
        Receiving = new(server);
        Sending = new(server);
    }

    public long Id { get; }

    public bool RequiresTls { get; }

    public bool IsEncrypted { get; set; }

    public X509Certificate2? Certificate => server.Options.Certificate;

    /// <summary>What it uses, once it has chosen.</summary>
    public Export? Export => export;

    public CancellationToken Closed => closed.Token;

    /// <summary>Done once the connection is closed and nothing of it changes a device any more.</summary>
    public Task ChangesEnded => changesEnded.Task;

    /// <summary>Since when the client has been negotiating, within a request, or not taking a reply.</summary>
    public Stall Negotiating { get; }

    public Stall Receiving { get; }

    public Stall Sending { get; }

    public NbdConnectionInfo Info => new(Id, Peer, export?.Name, since, Volatile.Read(ref requests), Volatile.Read(ref bytesReceived), Volatile.Read(ref bytesSent));

    private NbdPeer Peer => new(address, IsEncrypted);

    /// <summary>The connection's life; more threads may stay longer.</summary>
    public void Run()
    {
        Session? session = null;
        try
        {
            Negotiating.Set(true);
            var agreement = new Handshake(transport, this).Run();
            Negotiating.Set(false);
            if (agreement is not null) session = new(this, transport, agreement);
            else SetReason("The client said goodbye.");
        }
        catch (Exception e)
        {
            Fail(e);
        }
        if (session is null) Dispose();
        else session.Run();
    }

    public Export? Find(string name) => server.Catalog.Find(name, Peer);

    public IReadOnlyList<Export> List() => server.Catalog.List(Peer);

    /// <summary>Notes which export is used; or returns why it cannot be.</summary>
    public string? Use(Export chosen)
    {
        if (!server.TryUse(this, chosen, () => export = chosen)) return $"The export has {chosen.ConnectionsMax} connections already.";
        // It may have been taken away before it was noted; from now on a revocation finds this connection.
        if (Find(chosen.Name) is not null) return null;
        export = null;
        return "The export was taken away.";
    }

    public void AddReceived(int bytes) => Interlocked.Add(ref bytesReceived, bytes);

    public void AddSent(int bytes, int answered)
    {
        Interlocked.Add(ref bytesSent, bytes);
        Interlocked.Add(ref requests, answered);
    }

    /// <summary>Why it ends; the first reason counts.</summary>
    public void SetReason(string why) => reason ??= why;

    /// <summary>Ends it now, from any thread: nothing more is received, sent or changed.</summary>
    public void Close(string why)
    {
        SetReason(why);
        if (Interlocked.Exchange(ref isClosed, 1) != 0) return;
        transport.Close();
        closed.Cancel();
        EndChange();
    }

    public void Fail(Exception e)
    {
        if (e is NbdProtocolException or EndOfStreamException) Close(e.Message);
        else if (NbdTransport.IsEnd(e) || e is OperationCanceledException) Close("The connection broke.");
        else if (e is System.Security.Authentication.AuthenticationException) Close($"TLS was not agreed on: {e.Message}");
        else
        {
            bug = e;
            Close("An unexpected error: the server's log has more.");
        }
    }

    /// <summary>False once the connection is closed.</summary>
    public bool TryBeginChange()
    {
        Interlocked.Increment(ref changes);
        if (Volatile.Read(ref isClosed) == 0) return true;
        EndChange();
        return false;
    }

    public void EndChange()
    {
        if (Interlocked.Decrement(ref changes) == 0) changesEnded.TrySetResult();
    }

    /// <summary>Lets it go, once its last thread has left. The source of <see cref="Closed"/> stays: others may be closing the connection just now.</summary>
    public void Dispose()
    {
        Close("The connection has ended.");
        transport.Dispose();
        server.Forget(this);
        server.Options.Ended?.Invoke(new(Info, reason!, bug));
    }

    private static string AddressOf(Socket socket)
    {
        if (socket.RemoteEndPoint is IPEndPoint ip) return ip.ToString();
        // struct ucred: process, user, group (unix(7), SO_PEERCRED).
        const int socketLevel = 1, peerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12];
        return OperatingSystem.IsLinux() && socket.GetRawSocketOption(socketLevel, peerCredentials, credentials) == credentials.Length ? $"unix:pid {BitConverter.ToInt32(credentials)}" : "unix";
    }
}
