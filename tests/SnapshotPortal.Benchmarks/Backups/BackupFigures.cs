using System.Globalization;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>The figures of all contenders and rounds, and their table of medians.</summary>
internal sealed class BackupFigures
{
    public const string Ours = "SnapshotPortal";

    private readonly List<string> rows = [], contenders = [];
    private readonly Dictionary<(string Row, string Contender), List<double>> values = [];

    public void Add(string row, string contender, double value)
    {
        if (!rows.Contains(row)) rows.Add(row);
        if (!contenders.Contains(contender)) contenders.Add(contender);
        if (!values.TryGetValue((row, contender), out var all)) values.Add((row, contender), all = []);
        all.Add(value);
    }

    public void Print(TextWriter output)
    {
        string[] columns = [Ours, .. contenders.Where(contender => contender != Ours).Order(StringComparer.Ordinal)];
        output.WriteLine($"| what | {string.Join(" | ", columns)} |");
        output.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", columns.Length))}");
        foreach (var row in rows) output.WriteLine($"| {row} | {string.Join(" | ", columns.Select(column => Cell(row, column)))} |");
    }

    private string Cell(string row, string contender)
    {
        if (!values.TryGetValue((row, contender), out var theirs)) return "";
        var text = Median(theirs).ToString("#,0.00", CultureInfo.InvariantCulture);
        if (contender == Ours || !values.TryGetValue((row, Ours), out var ours)) return text;
        // A ratio is of one round: both met the same neighbours on the machine.
        return $"{text} ({Median(theirs.Zip(ours, (their, our) => their / our)).ToString("0.00", CultureInfo.InvariantCulture)} ×)";
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
