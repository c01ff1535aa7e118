using System.Globalization;
using System.Text;

namespace SnapshotPortal.Web.Components;

/// <summary>Lines of comma-separated values (RFC 4180), as spreadsheets read them.</summary>
public static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8";

    /// <summary>One line with its end. Texts that a spreadsheet would take for a formula are told to be text.</summary>
    public static string Line(params ReadOnlySpan<object?> values)
    {
        var line = new StringBuilder();
        foreach (var value in values)
            line.Append(line.Length == 0 ? "" : ",").Append(Escape(value));
        return line.Append("\r\n").ToString();
    }

    private static string Escape(object? value) => value switch
    {
        null => "\"\"",
        string text => Quote(text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text),
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(value.ToString() ?? ""),
    };

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
