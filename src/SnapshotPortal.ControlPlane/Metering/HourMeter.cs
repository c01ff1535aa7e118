using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>
/// Meters every hour once it has ended. An hour's readings are one write that also says that the hour is metered: metering
/// twice, or being killed in it, bills once. Hours that passed while the portal was down are caught up with what is there now,
/// since nothing changed meanwhile.
/// </summary>
internal sealed partial class HourMeter(IServiceScopeFactory scopes, TimeProvider time, ILogger<HourMeter> log) : BackgroundService
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>When the hour of a moment began.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset moment) => new(moment.UtcTicks - moment.UtcTicks % Hour.Ticks, TimeSpan.Zero);

    /// <summary>Meters the hours that have ended and are not metered; returns how many there were.</summary>
    public async Task<int> CatchUpAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        var end = HourOf(time.GetUtcNow());
        if (await FirstMissingAsync(db, cancel) is not { } first || first >= end) return 0;
        var measured = await scope.ServiceProvider.GetRequiredService<SnapshotMeter>().MeasureAsync(cancel);
        var count = 0;
        for (var hour = first; hour < end; hour += Hour) count += await WriteAsync(db, hour, measured, cancel) ? 1 : 0;
        return count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = RetryAfter;
            try
            {
                await CatchUpAsync(stoppingToken);
                wait = HourOf(time.GetUtcNow()) + Hour - time.GetUtcNow();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The hour behind the last that is metered; at first the one in which the first account was made.</summary>
    private static async Task<DateTimeOffset?> FirstMissingAsync(PortalDb db, CancellationToken cancel)
    {
        if (await db.MeteredHours.OrderByDescending(each => each.Hour).FirstOrDefaultAsync(cancel) is { } last) return last.Hour + Hour;
        var oldest = await db.Accounts.OrderBy(account => account.CreatedAt).FirstOrDefaultAsync(cancel);
        return oldest is null ? null : HourOf(oldest.CreatedAt);
    }

    private async Task<bool> WriteAsync(PortalDb db, DateTimeOffset hour, IReadOnlyList<Measured> measured, CancellationToken cancel)
    {
        await using var write = await db.BeginWriteAsync(cancel);
        if (await db.MeteredHours.AnyAsync(each => each.Hour == hour, cancel)) return false;
        db.MeteredHours.Add(new() { Hour = hour, MeasuredAt = time.GetUtcNow() });
        db.MeterReadings.AddRange(measured.Select(each => new MeterReading { Hour = hour, AccountId = each.AccountId, RegionId = each.RegionId, Kind = each.Kind, Bytes = each.Bytes }));
        await write.CommitAsync();
        db.ChangeTracker.Clear();
        return true;
    }

    [LoggerMessage(1400, LogLevel.Error, "Metering failed; it is tried again in a minute, and no hour is lost")]
    private partial void LogFailed(Exception exception);
}
