using System.Globalization;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>A calendar month in UTC, as <c>2026-11</c>.</summary>
internal readonly record struct Month(DateTimeOffset Begin)
{
    public DateTimeOffset End => Begin.AddMonths(1);

    public static Month Of(DateTimeOffset moment) => new(new(moment.UtcDateTime.Year, moment.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The month of a request; the present one where none is given.</summary>
    public static Month Read(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text)) return Of(now);
        return DateTimeOffset.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var begin) && begin.Year is >= 2000 and < 9000
            ? new(begin)
            : throw new OperationException(MeterErrors.MonthMalformed, "Month");
    }

    public override string ToString() => Begin.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
