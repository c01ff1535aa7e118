using System.Text.RegularExpressions;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>What instances call their disks (SPEC 2.3).</summary>
internal static partial class Devices
{
    public const string System = "/dev/xvda";

    /// <summary>There is a letter for each data disk.</summary>
    public const int DataMax = 'z' - 'b' + 1;

    public static bool IsData(string device) => DataDevice().IsMatch(device);

    /// <summary>The first device for a data disk; the caller sees to it that there are fewer than <see cref="DataMax"/>.</summary>
    public static string FirstFree(IReadOnlyCollection<string> taken)
        => Enumerable.Range('b', DataMax).Select(letter => $"/dev/xvd{(char)letter}").First(device => !taken.Contains(device));

    [GeneratedRegex(@"^/dev/xvd[b-z]\z", RegexOptions.None, 1000)]
    private static partial Regex DataDevice();
}
