using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>
/// Looks every few seconds whether each connection is still allowed: so a member who was removed, and a snapshot whose time is
/// over, need nobody to remember that exports exist. Stops and detaches do not wait for it.
/// </summary>
internal sealed partial class ExportWatch(ExportConnections connections, TimeProvider time, ILogger<ExportWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                await connections.CloseForbiddenAsync();
                await connections.AnnounceAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(exception); // The next look may work: to stop looking would be worse.
            }
        }
    }

    [LoggerMessage(1400, LogLevel.Error, "The connections could not be checked against the database")]
    private partial void LogFailed(Exception exception);
}
