using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SnapshotPortal.Tool;

/// <summary>What a command says: text for people, or one JSON document for programs. Never both on one stream.</summary>
internal sealed class Report(bool isJson, bool ownsOutput)
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private TextWriter Output => ownsOutput ? Console.Out : Errors;

    private TextWriter Errors { get; } = Console.Error;

    /// <summary>A line for people.</summary>
    public void Line(string text)
    {
        if (!isJson) Output.WriteLine(text);
    }

    /// <summary>The document for programs; once, at the end.</summary>
    public void Document(object document)
    {
        if (isJson) Output.WriteLine(JsonSerializer.Serialize(document, Layout));
    }

    /// <summary>Something that a person should know beside the result.</summary>
    public void Warn(string text)
    {
        ProgressBar.Clear();
        Errors.WriteLine("snapctl: " + text);
    }

    /// <summary>Why the command ends without a result.</summary>
    public ExitCode Failed(ExitCode code, string message)
    {
        Warn(message);
        Document(new { error = code, exitCode = (int)code, message });
        return code;
    }

    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < units.Length - 1) (value, unit) = (value / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {units[unit]}");
    }

    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Rows under their headings, as wide as they need to be.</summary>
    public void Table(string[] headings, IReadOnlyList<string[]> rows)
    {
        var widths = headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(headings)) Line(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
