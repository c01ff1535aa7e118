using Microsoft.Extensions.Logging;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>Writes down how connections ended.</summary>
internal sealed partial class ExportLog(ILogger<ExportLog> log)
{
    public void Ended(NbdConnectionEnd end)
    {
        if (end.Bug is not null) LogBug(end.Bug, end.Connection.Peer.Address, end.Connection.Requests);
        else if (end.Connection.ExportName is not null) LogEnded(end.Connection.Peer.Address, end.Connection.Requests, end.Connection.BytesReceived, end.Connection.BytesSent, end.Reason);
    }

    // The export's name is a secret, so it is in no log.
    [LoggerMessage(1410, LogLevel.Information, "NBD connection from {Address} ended after {Requests} requests, {BytesReceived} bytes in, {BytesSent} bytes out: {Reason}")]
    private partial void LogEnded(string address, long requests, long bytesReceived, long bytesSent, string reason);

    [LoggerMessage(1411, LogLevel.Error, "NBD connection from {Address} failed after {Requests} requests")]
    private partial void LogBug(Exception exception, string address, long requests);
}
