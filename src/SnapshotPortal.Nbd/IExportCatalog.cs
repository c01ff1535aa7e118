namespace SnapshotPortal.Nbd;

/// <summary>What a server can serve, and to whom.</summary>
/// <remarks>
/// Called from many threads at once, and may block for as long as <see cref="NbdOptions.HandshakeTimeMax"/> allows. To take an export
/// away, first let <see cref="Find"/> return null for its name, then call <see cref="NbdServer.RevokeAsync"/>: the server asks again
/// after it has noted a connection, so none slips through in between.
/// </remarks>
public interface IExportCatalog
{
    /// <summary>What the name opens for this client now, or null. A name may be a secret: then knowing it is the permission.</summary>
    Export? Find(string name, NbdPeer peer);

    /// <summary>The exports that this client may know of without giving a name: none, where names are secrets.</summary>
    IReadOnlyList<Export> List(NbdPeer peer) => [];
}

/// <summary>Who is at the other end.</summary>
/// <param name="Address">Where from: <c>192.0.2.1:4711</c>, or <c>unix:pid 4711</c>.</param>
/// <param name="IsEncrypted">Whether the connection has TLS.</param>
public sealed record NbdPeer(string Address, bool IsEncrypted);
