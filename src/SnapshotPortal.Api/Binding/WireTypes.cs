using System.Globalization;
using System.Text.Json;

namespace SnapshotPortal.Api.Binding;

/// <summary>Text into values. Null: it is none of that type.</summary>
internal static class WireTypes
{
    /// <summary>The type of the items where a member is a list.</summary>
    public static Type? ItemOf(Type type)
        => type.IsGenericType && type.GetGenericTypeDefinition() is var list && (list == typeof(IReadOnlyList<>) || list == typeof(IReadOnlyCollection<>)) ? type.GetGenericArguments()[0] : null;

    /// <summary>Numbers in decimal, booleans in any case (SPEC 6.2), times in UTC to the second or the minute.</summary>
    public static object? ReadScalar(Type type, string text)
    {
        var culture = CultureInfo.InvariantCulture;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return Enum.IsDefined(type, text) ? Enum.Parse(type, text) : null;
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var number) ? number : null;
        if (type == typeof(long)) return long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var number) ? number : null;
        if (type == typeof(double)) return double.TryParse(text, NumberStyles.Float, culture, out var number) ? number : null;
        if (type == typeof(bool)) return bool.TryParse(text, out var flag) ? flag : null;
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm'Z'"], culture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        throw new InvalidOperationException($"No parameter can be of type {type}.");
    }

    /// <summary>A JSON array of texts or numbers as texts.</summary>
    public static IReadOnlyList<string>? ReadJsonArray(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 2 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array && root.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                ? [.. root.EnumerateArray().Select(item => item.ToString())]
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or half of a surrogate pair
        }
    }
}
