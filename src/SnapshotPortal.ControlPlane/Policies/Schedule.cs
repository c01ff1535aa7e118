using System.Numerics;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>
/// When a policy is due: on chosen weekdays at chosen full hours of a time zone. A slot is the first instant at which the
/// zone's clocks show such a local time or a later one. So a local time that does not exist is due at the end of its gap, one
/// that occurs twice is due once, the first time, and several that fall together are one slot.
/// </summary>
/// <remarks>Pure: no clock, no state. Instants are UTC. Holds for zones whose offset changes at most once within two days.</remarks>
internal readonly record struct Schedule
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly uint hours;
    private readonly byte weekdays;
    private readonly TimeZoneInfo zone;

    /// <summary>A schedule.</summary>
    /// <param name="hours">Bit <c>h</c> for the hour <c>h</c>, 0–23.</param>
    /// <param name="weekdays">Bit <c>d</c> for the weekday <c>d</c>: 1 is Monday, 7 Sunday (SPEC P17).</param>
    /// <param name="zone">The zone whose clocks count.</param>
    public Schedule(uint hours, byte weekdays, TimeZoneInfo zone)
    {
        if (hours is 0 or >= 1 << 24) throw new ArgumentOutOfRangeException(nameof(hours), hours, "At least one of the bits 0–23.");
        if (weekdays is 0 || (weekdays & 1) != 0) throw new ArgumentOutOfRangeException(nameof(weekdays), weekdays, "At least one of the bits 1–7.");
        (this.hours, this.weekdays, this.zone) = (hours, weekdays, zone);
    }

    /// <summary>The bits of a set of hours or weekdays.</summary>
    public static uint Bits(IEnumerable<int> members) => members.Aggregate(0u, (bits, member) => bits | 1u << member);

    /// <summary>The members of a set, ascending.</summary>
    public static IEnumerable<int> Members(uint bits)
    {
        for (; bits != 0; bits &= bits - 1) yield return BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>The first slot after an instant.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset instant) => After(instant).First();

    /// <summary>The last slot at or before an instant.</summary>
    public DateTimeOffset LastUntil(DateTimeOffset instant) => Between(instant - TimeSpan.FromDays(9), instant).Last();

    /// <summary>The slots after the one instant and until the other, that one included; ascending.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until) => After(after).TakeWhile(slot => slot <= until);

    /// <summary>All slots after an instant, ascending, without end.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset instant)
    {
        // No zone is a day ahead or behind, and no gap or repetition is longer: what is due later has a later date than this.
        var last = instant;
        for (var date = instant.UtcDateTime.Date - 2 * Day; ; date += Day)
        {
            if ((weekdays >> Weekday(date) & 1) == 0) continue;
            foreach (var hour in Members(hours))
            {
                var slot = FirstAt(date.AddHours(hour));
                if (slot <= last) continue;
                last = slot;
                yield return slot;
            }
        }
    }

    private static int Weekday(DateTime date) => date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek;

    /// <summary>The first instant at which the zone's clocks show this local time or a later one.</summary>
    private DateTimeOffset FirstAt(DateTime local)
    {
        var asUtc = new DateTimeOffset(local, TimeSpan.Zero);
        var (before, after) = (zone.GetUtcOffset(asUtc - Day), zone.GetUtcOffset(asUtc + Day));
        var byOld = asUtc - before;
        if (zone.GetUtcOffset(byOld) == before) return byOld;
        var byNew = asUtc - after;
        if (zone.GetUtcOffset(byNew) == after) return byNew;
        return Change(byNew, byOld);
    }

    /// <summary>The instant, after the one and at or before the other, from which the offset is another.</summary>
    private DateTimeOffset Change(DateTimeOffset from, DateTimeOffset to)
    {
        var old = zone.GetUtcOffset(from);
        while (to - from > TimeSpan.FromSeconds(1))
        {
            var middle = from + TimeSpan.FromSeconds((long)(to - from).TotalSeconds / 2);
            if (zone.GetUtcOffset(middle) == old) from = middle;
            else to = middle;
        }

        return to;
    }
}
