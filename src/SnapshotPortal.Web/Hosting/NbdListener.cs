using System.Net.Sockets;
using SnapshotPortal.ControlPlane;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.Web.Hosting;

/// <summary>Serves disks on the addresses of the configuration from the start to the stop; pools are open before and close afterwards.</summary>
internal sealed partial class NbdListener(NbdServer server, PortalOptions options, ILogger<NbdListener> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var address in options.Exports.Listen)
        {
            try
            {
                LogListening(server.Listen(address).ToString());
            }
            catch (SocketException exception)
            {
                throw new PortalStartException($"Disks cannot be served on {address} (Portal:Nbd): {exception.Message} Choose an address that nobody else uses.", exception);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => server.DisposeAsync().AsTask();

    [LoggerMessage(2400, LogLevel.Information, "Disks are served over NBD on {Address}")]
    private partial void LogListening(string? address);
}
