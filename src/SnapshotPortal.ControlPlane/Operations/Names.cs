using System.Text.RegularExpressions;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>The rules for texts that people choose (SPEC 3.1).</summary>
internal static partial class Names
{
    public static bool IsResourceName(string name) => ResourceName().IsMatch(name);

    /// <summary>As a resource name, but <c>auto</c> at the start is kept for automatic snapshots.</summary>
    public static bool IsSnapshotName(string name) => ResourceName().IsMatch(name) && !name.StartsWith("auto", StringComparison.Ordinal);

    /// <summary>As a resource name, but with any characters after the first letter.</summary>
    public static bool IsPolicyName(string name)
        => name.Length is >= 2 and <= 128 && char.IsLetter(name[0]) && !name.Any(char.IsControl)
           && !name.StartsWith("http://", StringComparison.Ordinal) && !name.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>Whether a description keeps the rules.</summary>
    /// <param name="text">The description.</param>
    /// <param name="lengthMin">2 where something is made, 0 where a snapshot is changed.</param>
    public static bool IsDescription(string text, int lengthMin = 2)
        => text.Length >= lengthMin && text.Length <= 256
           && !text.StartsWith("http://", StringComparison.Ordinal) && !text.StartsWith("https://", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?!https?://)\p{L}[\p{L}\p{Nd}:_.\-]{1,127}\z", RegexOptions.None, 1000)]
    private static partial Regex ResourceName();
}
