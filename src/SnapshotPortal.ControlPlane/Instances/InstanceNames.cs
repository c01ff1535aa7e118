using System.Globalization;
using System.Text.RegularExpressions;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>The names of instances that are made together: <c>name[begin,bits]rest</c> numbers them, and so does a unique suffix.</summary>
internal static partial class InstanceNames
{
    private const int SuffixDigits = 3;

    /// <summary>One name for each; an empty one stands for the instance's id.</summary>
    public static IReadOnlyList<string> For(string? name, int amount, bool uniqueSuffix)
    {
        if (string.IsNullOrEmpty(name)) return [.. Enumerable.Repeat("", amount)];
        if (name.Contains('[', StringComparison.Ordinal)) return Numbered(name, amount);
        return [.. Enumerable.Range(1, amount).Select(number => Valid(uniqueSuffix && amount > 1 ? name + Number(number, SuffixDigits) : name))];
    }

    private static List<string> Numbered(string name, int amount)
    {
        var match = Numbering().Match(name);
        if (!match.Success) throw new OperationException(InstanceErrors.NumberingMalformed, "InstanceName");
        var begin = match.Groups["begin"] is { Length: > 0 } first ? int.Parse(first.ValueSpan, CultureInfo.InvariantCulture) : 0;
        var digits = match.Groups["bits"] is { Length: > 0 } bits ? int.Parse(bits.ValueSpan, CultureInfo.InvariantCulture) : 1;
        return [.. Enumerable.Range(begin, amount).Select(number => Valid(match.Groups["name"].Value + Number(number, digits) + match.Groups["rest"].Value))];
    }

    private static string Number(int number, int digits) => number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');

    private static string Valid(string name) => Names.IsResourceName(name) ? name : throw new OperationException(InstanceErrors.NameMalformed, "InstanceName");

    [GeneratedRegex(@"^(?<name>[^\[\]]*)\[(?<begin>\d{0,6}),(?<bits>[0-6]?)\](?<rest>[^\[\]]*)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Numbering();
}
