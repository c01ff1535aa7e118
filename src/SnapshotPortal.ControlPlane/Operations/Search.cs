namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>How pages search: a part of a text, whatever its case.</summary>
internal static class Search
{
    /// <summary>The escape character of <see cref="Pattern"/>.</summary>
    public const string Escape = "\\";

    /// <summary>A LIKE pattern for what somebody typed; null where that is nothing.</summary>
    public static string? Pattern(string? typed)
    {
        var text = Literal(typed?.Trim() ?? "");
        return text.Length == 0 ? null : $"%{text}%";
    }

    /// <summary>A LIKE pattern for exactly this text.</summary>
    public static string Literal(string text)
    {
        foreach (var special in (string[])[Escape, "%", "_"]) text = text.Replace(special, Escape + special, StringComparison.Ordinal);
        return text;
    }
}
