using System.Globalization;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

public sealed class ScheduleTests
{
    private const byte EveryDay = 0b1111_1110;

    private static Schedule Daily(string zone, params int[] hours) => new(Schedule.Bits(hours), EveryDay, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string[] Slots(Schedule schedule, string after, string until)
        => [.. schedule.Between(Utc(after), Utc(until)).Select(slot => slot.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture))];

    [Fact]
    public void Hours_are_hours_of_the_zone_and_Monday_is_1()
    {
        var mondays = new Schedule(Schedule.Bits([1, 13]), (byte)Schedule.Bits([1]), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        Assert.Equal(["2026-11-22 17:00", "2026-11-23 05:00", "2026-11-29 17:00", "2026-11-30 05:00"], Slots(mondays, "2026-11-22 00:00", "2026-11-30 12:00"));
    }

    [Fact]
    public void Slots_lie_after_the_beginning_and_until_the_end()
    {
        var schedule = Daily("UTC", 3);
        Assert.Equal(["2026-01-02 03:00", "2026-01-03 03:00"], Slots(schedule, "2026-01-01 03:00", "2026-01-03 03:00"));
        Assert.Equal(Utc("2026-01-02 03:00"), schedule.NextAfter(Utc("2026-01-01 03:00")));
        Assert.Equal(Utc("2026-01-01 03:00"), schedule.LastUntil(Utc("2026-01-01 03:00")));
        Assert.Equal(Utc("2025-12-31 03:00"), schedule.LastUntil(Utc("2026-01-01 02:59")));
    }

    [Fact]
    public void Local_time_in_the_gap_of_spring_runs_at_its_end()
        => Assert.Equal(["2026-03-28 01:00", "2026-03-29 01:00", "2026-03-30 00:00"], Slots(Daily("Europe/Berlin", 2), "2026-03-28 00:00", "2026-03-30 12:00"));

    [Fact]
    public void Hours_that_fall_together_at_the_end_of_a_gap_run_once()
        => Assert.Equal(["2026-03-29 00:00", "2026-03-29 01:00", "2026-03-29 02:00"], Slots(Daily("Europe/Berlin", 1, 2, 3, 4), "2026-03-28 12:00", "2026-03-29 12:00"));

    [Fact]
    public void Local_time_that_occurs_twice_in_autumn_runs_the_first_time_only()
        => Assert.Equal(["2026-10-24 00:00", "2026-10-25 00:00", "2026-10-26 01:00"], Slots(Daily("Europe/Berlin", 2), "2026-10-23 12:00", "2026-10-26 12:00"));

    [Fact]
    public void Half_an_hour_of_summer_time_moves_slots_by_half_an_hour()
        => Assert.Equal(["2026-04-03 15:00", "2026-04-04 15:30", "2026-04-05 15:30"], Slots(Daily("Australia/Lord_Howe", 2), "2026-04-03 00:00", "2026-04-05 23:00"));

    [Fact]
    public void Gap_that_begins_a_minute_past_midnight_ends_a_minute_past_one()
        => Assert.Equal(["2009-03-08 03:31"], Slots(Daily("America/St_Johns", 1), "2009-03-08 00:00", "2009-03-08 23:00"));

    [Fact]
    public void Day_that_a_country_left_out_runs_once_at_its_end()
        => Assert.Equal(
            ["2011-12-29 14:00", "2011-12-29 22:00", "2011-12-30 10:00", "2011-12-30 14:00", "2011-12-30 22:00"], // Samoa had no 30 December
            [.. Slots(Daily("Pacific/Apia", 0, 4, 12), "2011-12-29 12:00", "2011-12-31 00:00")]);

    [Fact]
    public void Zone_that_changes_its_offset_without_summer_time_keeps_each_slot_once()
        => Assert.Equal(["2018-05-04 14:30", "2018-05-04 15:00", "2018-05-05 14:00"], Slots(Daily("Asia/Pyongyang", 23, 0), "2018-05-04 14:00", "2018-05-05 14:00"));

    [Fact]
    public void Sets_are_bits()
    {
        Assert.Equal([0, 5, 23], Schedule.Members(Schedule.Bits([23, 0, 5])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Schedule(0, EveryDay, TimeZoneInfo.Utc));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Schedule(1 << 24, EveryDay, TimeZoneInfo.Utc));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Schedule(1, 1, TimeZoneInfo.Utc));
    }
}
