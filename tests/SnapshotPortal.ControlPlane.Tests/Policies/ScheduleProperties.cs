using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

/// <summary>
/// Schedules against a clock on the wall of each zone that is watched as it goes: a slot is when it first shows a wanted time
/// or a later one. <c>./dev policies</c> watches all zones over 20 years; CI a few weeks of each around its changes.
/// </summary>
public sealed class ScheduleProperties
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(15);
    private static readonly DateTimeOffset Begin = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool IsLong => Environment.GetEnvironmentVariable("POLICIES_LONG") == "1";

    [Fact]
    public void Each_slot_of_each_zone_comes_exactly_once()
    {
        var zones = TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.HasIanaId).OrderBy(zone => zone.Id, StringComparer.Ordinal).ToList();
        Assert.InRange(zones.Count, 400, 1000);
        Parallel.ForEach(zones, (zone, _, number) => Compare(zone, (int)number));
    }

    private static void Compare(TimeZoneInfo zone, int seed)
    {
        var random = new Random(seed);
        var hours = seed % 3 == 0 ? (1u << 24) - 1 : (uint)random.Next(1, 1 << 24);
        var weekdays = seed % 2 == 0 ? (byte)0b1111_1110 : (byte)(random.Next(1, 1 << 7) << 1);
        var schedule = new Schedule(hours, weekdays, zone);
        foreach (var (from, until) in Watched(zone))
        {
            var expected = Watch(zone, hours, weekdays, from, until);
            var computed = schedule.Between(from, until).ToList();
            if (expected.SequenceEqual(computed)) continue;
            var wrong = expected.Except(computed).Select(slot => $"missing {slot:u}").Concat(computed.Except(expected).Select(slot => $"too many {slot:u}")).ToList();
            Assert.Fail($"{zone.Id}, hours {hours:x}, weekdays {weekdays:x}: {string.Join(", ", wrong.Take(5))}{(wrong.Count == 0 ? "not in order, or twice" : "")}");
        }
    }

    private static List<(DateTimeOffset From, DateTimeOffset Until)> Watched(TimeZoneInfo zone)
    {
        if (IsLong) return [(Begin, Begin.AddYears(20))];
        List<(DateTimeOffset, DateTimeOffset)> around = [(Begin, Begin.AddDays(8))];
        for (var day = Begin; day < Begin.AddYears(20); day = day.AddDays(1))
        {
            if (zone.GetUtcOffset(day) != zone.GetUtcOffset(day.AddDays(1))) around.Add((day.AddDays(-2), day.AddDays(3)));
        }

        return around;
    }

    /// <summary>The slots, by looking at the wall each quarter of an hour, and each second where it was moved in between.</summary>
    private static List<DateTimeOffset> Watch(TimeZoneInfo zone, uint hours, byte weekdays, DateTimeOffset from, DateTimeOffset until)
    {
        var slots = new List<DateTimeOffset>();
        var latest = DateTime.MinValue;
        for (var instant = from.AddDays(-2); instant <= from; instant += Step) See(instant, isWanted: false);
        for (var instant = from + Step; instant <= until; instant += Step)
        {
            if (zone.GetUtcOffset(instant) == zone.GetUtcOffset(instant - Step)) See(instant, isWanted: true);
            else for (var second = instant - Step + TimeSpan.FromSeconds(1); second <= instant; second += TimeSpan.FromSeconds(1)) See(second, isWanted: true);
        }

        return slots;

        void See(DateTimeOffset instant, bool isWanted)
        {
            var shown = instant.UtcDateTime + zone.GetUtcOffset(instant);
            if (isWanted)
            {
                for (var hour = latest.Date.AddHours(latest.Hour + 1); hour <= shown; hour = hour.AddHours(1))
                {
                    var weekday = hour.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)hour.DayOfWeek;
                    if ((hours >> hour.Hour & 1) == 0 || (weekdays >> weekday & 1) == 0) continue;
                    slots.Add(instant);
                    break;
                }
            }

            if (shown > latest) latest = shown;
        }
    }
}
