using System.Globalization;
using System.Text.Json;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>What several operations on policies check and write alike.</summary>
internal static class PolicyRules
{
    /// <summary>How the API says "until it is deleted".</summary>
    public const int ForEver = -1;

    public static void RequireName(string? name)
    {
        if (name is { Length: > 0 } && !Names.IsPolicyName(name)) throw new OperationException(PolicyErrors.NameMalformed, "AutoSnapshotPolicyName");
    }

    public static uint RequireHours(IReadOnlyList<string> hours)
        => BitsOf(hours, 0, 23) ?? throw new OperationException(PolicyErrors.HoursMalformed, "TimePoints");

    public static byte RequireWeekdays(IReadOnlyList<string> weekdays)
        => (byte)(BitsOf(weekdays, 1, 7) ?? throw new OperationException(PolicyErrors.WeekdaysMalformed, "RepeatWeekdays"));

    /// <summary>Days as they are stored: null for ever.</summary>
    public static int? RequireRetention(int days, int max = 65535) => days switch
    {
        ForEver => null,
        >= 1 when days <= max => days,
        _ => throw new OperationException(PolicyErrors.RetentionMalformed, "RetentionDays"),
    };

    /// <summary>The IANA id of the zone.</summary>
    public static string RequireTimeZone(string id)
    {
        // Ids of Windows are found as well, on a system that knows both; they must not get into the database.
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) || !zone.HasIanaId || zone.Id != id)
            throw new OperationException(PolicyErrors.TimeZoneUnknown, "TimeZone");
        return id;
    }

    public static void RequireNoCopy(bool? enable, IReadOnlyList<string>? regions)
    {
        if (enable == true || regions is { Count: > 0 }) throw new OperationException(PolicyErrors.CopyUnsupported, "TargetCopyRegions");
    }

    public static List<string> RequireDisks(IReadOnlyList<string> ids)
        => ids.Count is >= 1 and <= 100 ? [.. ids.Distinct(StringComparer.Ordinal)] : throw new OperationException(PolicyErrors.NoDisks, "DiskIds");

    /// <summary>A set as ECS writes it: JSON text of texts.</summary>
    public static string ToJson(uint bits) => JsonSerializer.Serialize(Schedule.Members(bits).Select(each => each.ToString(CultureInfo.InvariantCulture)));

    private static uint? BitsOf(IReadOnlyList<string> members, int min, int max)
    {
        var numbers = new HashSet<int>();
        foreach (var member in members)
        {
            if (!int.TryParse(member, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < min || number > max || !numbers.Add(number)) return null;
        }

        return numbers.Count == 0 ? null : Schedule.Bits(numbers);
    }
}
