using System.Globalization;

namespace SnapshotPortal.Benchmarks;

/// <summary>How the whole-pool benchmark is run.</summary>
/// <param name="Directory">Where the pools and plain files are made: on the file system to be measured.</param>
/// <param name="Rounds">How many times everything is measured; the table shows medians.</param>
/// <param name="DiskBytes">The size of the disks and plain files.</param>
/// <param name="Operations">How many small requests one measurement makes.</param>
/// <param name="Snapshots">How many snapshots one measurement takes.</param>
/// <param name="Opening">Whether the opening of a large pool is measured instead.</param>
internal sealed record BenchmarkOptions(string Directory, int Rounds, long DiskBytes, int Operations, int Snapshots, bool Opening = false)
{
    public const string Usage = """
        (nothing)            the whole pool against plain files, three rounds
        --quick              smaller and one round: shows that it works, not how fast it is
        --rounds N           N rounds
        --directory PATH     measure the file system of PATH (the system's temporary directory)
        --open               how long a pool of 1,000 disks and 100 GiB of content takes to open (with --quick: 2 GiB)
        --micro [ARGS]       the hot paths by BenchmarkDotNet, with its arguments (--filter *Crc*)
        """;

    /// <summary>The same with little to do.</summary>
    public BenchmarkOptions Small() => this with { DiskBytes = 64L << 20, Operations = 6_000, Snapshots = 40 };

    public static BenchmarkOptions? Parse(string[] args)
    {
        var options = new BenchmarkOptions(Path.GetTempPath(), Rounds: 3, DiskBytes: 512L << 20, Operations: 60_000, Snapshots: 200);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = options.Small() with { Rounds = 1 };
                    break;
                case "--open":
                    options = options with { Opening = true };
                    break;
                case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    i++;
                    break;
                case "--directory" when i + 1 < args.Length:
                    options = options with { Directory = args[++i] };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
