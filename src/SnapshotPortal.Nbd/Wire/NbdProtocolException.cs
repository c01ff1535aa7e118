namespace SnapshotPortal.Nbd.Wire;

/// <summary>The client broke a rule after which its bytes cannot be understood, or a limit: the connection is dropped. The message says which.</summary>
internal sealed class NbdProtocolException(string message) : Exception(message);
