using System.Globalization;

namespace SnapshotPortal.Web.Components;

/// <summary>Moments and spans as people read them.</summary>
public static class TimeText
{
    /// <summary>"just now", "3 minutes ago", "in 2 hours", "5 days ago"; beyond a month the date. Clocks that differ by seconds do not show.</summary>
    public static string Relative(DateTimeOffset moment, DateTimeOffset now)
    {
        var span = now - moment;
        var past = span >= TimeSpan.Zero;
        var distance = span.Duration();
        if (distance < TimeSpan.FromSeconds(45))
            return "just now";
        if (distance > TimeSpan.FromDays(31))
            return moment.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

        var amount = distance switch
        {
            { TotalMinutes: < 59.5 } => Count(distance.TotalMinutes, "minute"),
            { TotalHours: < 23.5 } => Count(distance.TotalHours, "hour"),
            _ => Count(distance.TotalDays, "day"),
        };
        return past ? $"{amount} ago" : $"in {amount}";
    }

    /// <summary>The whole moment, in UTC as the API and the logs say it.</summary>
    public static string Absolute(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>What is left of a transfer: "12 s", "4 min", "1 h 20 min".</summary>
    public static string Remaining(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "a moment",
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalSeconds):0} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalMinutes):0} min"),
        { Minutes: 0 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min"),
    };

    private static string Count(double value, string unit)
    {
        var rounded = Math.Max(1, (int)Math.Round(value, MidpointRounding.AwayFromZero));
        return rounded == 1 ? $"1 {unit}" : string.Create(CultureInfo.InvariantCulture, $"{rounded} {unit}s");
    }
}
