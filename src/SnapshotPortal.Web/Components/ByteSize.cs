using System.Globalization;

namespace SnapshotPortal.Web.Components;

/// <summary>Bytes as people read them: binary units, three digits that matter, "1.50 GiB".</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Format(long bytes)
    {
        if (bytes < 1024)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");

        var unit = 0;
        var value = (double)bytes;
        // 1023.95 rounds to 1024: such a value belongs to the next unit.
        while (value >= 1023.5 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        var digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        var text = value.ToString("F" + digits, CultureInfo.InvariantCulture);
        // 20.0 says no more than 20 does.
        if (text.Contains('.', StringComparison.Ordinal) && text.TrimEnd('0').EndsWith('.'))
            text = text[..text.IndexOf('.', StringComparison.Ordinal)];
        return $"{text} {Units[unit]}";
    }

    public static string FormatRate(double bytesPerSecond) => Format((long)bytesPerSecond) + "/s";
}
