using System.Globalization;

namespace SnapshotPortal.Benchmarks;

/// <summary>The figures of all rounds, and their table of medians.</summary>
internal sealed class Measurements
{
    private readonly List<Row> rows = [];

    /// <summary>Notes a figure of the pool and what it is measured against.</summary>
    public void Add(string what, string unit, double pool, double plain) => Find(what, unit).Values.Add((pool, plain));

    /// <summary>Notes a figure that stands by itself.</summary>
    public void Add(string what, string unit, double value) => Find(what, unit).Values.Add((value, double.NaN));

    public void Print(TextWriter output)
    {
        output.WriteLine("| what | unit | pool | plain file, or before | ratio |");
        output.WriteLine("|---|---|---:|---:|---:|");
        foreach (var row in rows)
        {
            // A ratio is of one round: both sides met the same neighbours on the machine.
            var ratio = Median(row.Values.Select(value => value.Pool / value.Plain));
            output.WriteLine($"| {row.What} | {row.Unit} | {Text(Median(row.Values.Select(value => value.Pool)))} | {Text(Median(row.Values.Select(value => value.Plain)))} | {(double.IsNaN(ratio) ? "" : ratio.ToString("0.00", CultureInfo.InvariantCulture))} |");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double value) =>
        double.IsNaN(value) ? "" : value.ToString(value >= 100 ? "#,0" : "0.00", CultureInfo.InvariantCulture);

    private Row Find(string what, string unit)
    {
        var row = rows.Find(row => row.What == what);
        if (row is null)
            rows.Add(row = new(what, unit, []));
        return row;
    }

    private sealed record Row(string What, string Unit, List<(double Pool, double Plain)> Values);
}
