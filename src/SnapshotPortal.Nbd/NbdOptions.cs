using System.Security.Cryptography.X509Certificates;

namespace SnapshotPortal.Nbd;

/// <summary>How a server works.</summary>
public sealed record NbdOptions
{
    /// <summary>The server's certificate with its private key. Without one only loopback addresses and Unix sockets can be listened on.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The most connections at once, also those that have not chosen an export yet; further ones are closed at once.</summary>
    public int ConnectionsMax { get; init; } = 256;

    /// <summary>How long a client may take from connecting to the first request, counted in whole seconds.</summary>
    public TimeSpan HandshakeTimeMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may take to send the rest of a request that it began, or to take a reply, counted in whole seconds. Between requests it may rest for ever.</summary>
    public TimeSpan StallTimeMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Who may open a Unix socket that is listened on.</summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Told of every connection that has ended, on its last thread. Must not throw.</summary>
    public Action<NbdConnectionEnd>? Ended { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A connection as it is now.</summary>
/// <param name="Id">Its number, ascending since the server was made.</param>
/// <param name="Peer">Who is at the other end.</param>
/// <param name="ExportName">What it uses, or null while it has not chosen yet.</param>
/// <param name="Since">When it was accepted.</param>
/// <param name="Requests">Requests answered so far.</param>
/// <param name="BytesReceived">Bytes that came in after the handshake, before TLS.</param>
/// <param name="BytesSent">Bytes that went out after the handshake, before TLS.</param>
public sealed record NbdConnectionInfo(long Id, NbdPeer Peer, string? ExportName, DateTimeOffset Since, long Requests, long BytesReceived, long BytesSent);

/// <summary>A connection that has ended.</summary>
/// <param name="Connection">Its last state.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="Bug">What was thrown unexpectedly, or null.</param>
public sealed record NbdConnectionEnd(NbdConnectionInfo Connection, string Reason, Exception? Bug);
