using System.Globalization;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.Web.Policies;

/// <summary>A policy in words.</summary>
public static class PolicyText
{
    private static readonly string[] DayNames = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    public static string NameOf(AutoSnapshotPolicyInfo policy) => policy.AutoSnapshotPolicyName.Length > 0 ? policy.AutoSnapshotPolicyName : policy.AutoSnapshotPolicyId;

    public static string Day(int weekday) => DayNames[weekday];

    public static string Hour(int hour) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:00");

    /// <summary>"Every day at 01:00 and 13:00", "On Monday and Friday at each full hour".</summary>
    public static string When(IReadOnlyList<int> weekdays, IReadOnlyList<int> hours)
    {
        var days = weekdays switch
        {
            { Count: 7 } => "Every day",
            [1, 2, 3, 4, 5] => "From Monday to Friday",
            [6, 7] => "At the weekend",
            _ => $"On {List(weekdays.Select(Day))}",
        };
        return hours.Count == 24 ? $"{days} at each full hour" : $"{days} at {List(hours.Select(Hour))}";
    }

    /// <summary>What becomes of its snapshots.</summary>
    public static string Kept(int retentionDays) => retentionDays switch
    {
        < 0 => "kept until somebody deletes it",
        1 => "kept for a day",
        _ => string.Create(CultureInfo.InvariantCulture, $"kept for {retentionDays:N0} days"),
    };

    /// <summary>About how many snapshots of a disk there will be at a time; null where they are kept for ever.</summary>
    public static int? HeldAtOnce(IReadOnlyList<int> weekdays, IReadOnlyList<int> hours, int retentionDays)
        => retentionDays < 0 ? null : Math.Max(1, (int)Math.Round(weekdays.Count * hours.Count * (double)retentionDays / 7));

    /// <summary>A moment on the clocks of a zone: "Mon 23 Nov, 01:00".</summary>
    public static string On(DateTimeOffset moment, TimeZoneInfo zone)
        => TimeZoneInfo.ConvertTime(moment, zone).ToString("ddd d MMM, HH:mm", CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> words)
    {
        var all = words.ToList();
        return all.Count == 1 ? all[0] : $"{string.Join(", ", all.Take(all.Count - 1))} and {all[^1]}";
    }
}
