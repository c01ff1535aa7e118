using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace SnapshotPortal.Web.Activity;

/// <summary>What the activity is filtered by, as it stands in the address; days are of UTC, both included.</summary>
public sealed record ActivityFilter(string? Resource, string? User, string? Operation, string? Outcome, string? From, string? Until)
{
    public bool IsEmpty => new[] { Resource, User, Operation, Outcome, From, Until }.All(string.IsNullOrEmpty);

    public bool? Succeeded => Outcome switch { "done" => true, "refused" => false, _ => null };

    public DateTimeOffset? Begin => DayOf(From);

    public DateTimeOffset? End => DayOf(Until)?.AddDays(1);

    public static ActivityFilter Read(Func<string, StringValues> query)
        => new(query("q"), query("user"), query("operation"), query("outcome"), query("from"), query("until"));

    public string Url(string path, int page = 1) => PortalUrls.With(
        path, ("q", Resource?.Trim()), ("user", User?.Trim()), ("operation", Operation), ("outcome", Outcome), ("from", From), ("until", Until),
        ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private static DateTimeOffset? DayOf(string? text)
        => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day) ? day : null;
}
