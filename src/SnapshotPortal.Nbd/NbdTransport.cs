using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SnapshotPortal.Nbd;

/// <summary>The bytes between client and server: a socket, from some point on with TLS.</summary>
/// <remarks>
/// Calls block; one thread may receive while another sends. <see cref="Close"/> ends both from any thread. Synchronous calls on
/// a blocking socket are more than twice as fast as asynchronous ones where each waits for the answer to the one before.
/// </remarks>
internal sealed class NbdTransport(Socket socket) : IDisposable
{
    private SslStream? tls;

    public bool IsEncrypted => tls is not null;

    /// <summary>Fills a part of the destination; 0 at the end.</summary>
    public int Receive(Span<byte> destination) => tls?.Read(destination) ?? socket.Receive(destination);

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (tls is not null)
        {
            tls.Write(bytes);
            return;
        }
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }

    /// <summary>Goes on with TLS. Whatever the client sent before is taken for TLS, so that nothing injected in plain text is ever obeyed.</summary>
    public void StartTls(X509Certificate2 certificate)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        try
        {
            stream.AuthenticateAsServer(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 });
        }
        catch
        {
            stream.Dispose();
            throw;
        }
        tls = stream;
    }

    /// <summary>Ends what is being received or sent, and all that comes later. Any thread.</summary>
    public void Close()
    {
        try { socket.Shutdown(SocketShutdown.Both); }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { } // It has ended already.
    }

    /// <summary>Tells the client that nothing follows, and lets the socket go.</summary>
    public void Dispose()
    {
        try { tls?.ShutdownAsync().Wait(TimeSpan.FromSeconds(1)); }
        catch (AggregateException) { } // The client did not wait for the farewell.
        tls?.Dispose();
        Close();
        socket.Dispose();
    }

    /// <summary>Whether an exception says that the other end is gone, or was sent away.</summary>
    public static bool IsEnd(Exception e) => e is IOException or SocketException or ObjectDisposedException;
}
