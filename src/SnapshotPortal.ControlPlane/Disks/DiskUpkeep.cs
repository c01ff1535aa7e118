using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Does every few minutes what comes with time: lets kept states go, and has local snapshots become normal ones.</summary>
internal sealed partial class DiskUpkeep(DropKeptStates drop, EndInstantAccess end, TimeProvider time, ILogger<DiskUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var work in (Func<CancellationToken, Task>[])[drop.RunAsync, end.RunAsync])
            {
                try
                {
                    await work(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(exception);
                }
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1330, LogLevel.Error, "What is due of disks and local snapshots could not be done; it is tried again in five minutes")]
    private partial void LogFailed(Exception exception);
}
