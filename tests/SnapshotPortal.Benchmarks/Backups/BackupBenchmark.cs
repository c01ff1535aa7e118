using System.Globalization;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>Snapshots in a repository against other backup programs, on the same image, turn by turn.</summary>
internal sealed class BackupBenchmark
{
    public const string Argument = "--backup";

    public const string Usage = """
        --size GIB           the image's size (8)
        --rounds N           how often everything is measured (3); the table shows medians
        --directory PATH     where (the system's temporary directory); about three times the image's size
        """;

    private readonly BackupFigures figures = new();
    private readonly string room;
    private readonly BackupImage image;
    private readonly int rounds;

    private BackupBenchmark(string directory, int gibibytes, int rounds)
    {
        (room, this.rounds) = (directory, rounds);
        Console.Error.WriteLine($"making the image, {gibibytes.ToString(CultureInfo.InvariantCulture)} GiB");
        image = BackupImage.Create(Path.Combine(directory, "image.raw"), (long)gibibytes << 30);
    }

    public static int Run(string[] args)
    {
        var (size, rounds, directory) = (8, 3, Path.GetTempPath());
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var isNumber = int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number > 0;
            if (args[i] == "--size" && isNumber) size = number;
            else if (args[i] == "--rounds" && isNumber) rounds = number;
            else if (args[i] == "--directory" && value.Length > 0) directory = value;
            else
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
        }
        var own = Path.Combine(directory, $"bench-backup-{Environment.ProcessId}");
        Directory.CreateDirectory(own);
        try { new BackupBenchmark(own, size, rounds).Run(); }
        finally { Directory.Delete(own, recursive: true); }
        return 0;
    }

    private void Run()
    {
        var contenders = new (string Program, Func<string, IContender> Make)[]
        {
            ("snapctl", own => new Ours(image, own)),
            ("restic", own => Archiver.Restic(image, own)),
            ("borg", own => Archiver.Borg(image, own)),
            ("qemu-storage-daemon", own => new QemuBitmap(image, own)),
            ("zstd", own => Archiver.Zstd(image, own)),
        };
        var present = contenders.Where(contender => contender.Program == "snapctl" || ChildProcess.IsInstalled(contender.Program)).ToArray();
        foreach (var (program, _) in contenders.Except(present)) Console.WriteLine($"{program} is not installed, so it is missing below.");
        for (var round = 0; round < rounds; round++)
        {
            // Who goes first changes, so that nobody always meets what another left behind.
            for (var i = 0; i < present.Length; i++) Measure(round, present[(i + round) % present.Length].Make);
        }
        Console.WriteLine($"The image: {image.LengthBytes >> 20} MiB, of which {image.ChangedBytes / 1048576.0:0.0} MiB are changed. In brackets: theirs divided by ours.");
        figures.Print(Console.Out);
    }

    private void Measure(int round, Func<string, IContender> make)
    {
        var own = Directory.CreateDirectory(Path.Combine(room, "contender")).FullName;
        using (var contender = make(own))
        {
            Console.Error.WriteLine($"round {round + 1}: {contender.Name}");
            var (seconds, peak) = contender.Full();
            figures.Add("full, s", contender.Name, seconds);
            var ours = contender as Ours;
            if (ours is not null) figures.Add("full from a pool's disk, s", contender.Name, ours.FullOfDisk());
            var stored = contender.StoredBytes;
            figures.Add("stored by it, MiB", contender.Name, stored / 1048576.0);
            figures.Add("memory at the most, MiB", contender.Name, peak);
            if (contender.Again() is { } unchanged)
            {
                figures.Add("again, nothing changed, s", contender.Name, unchanged);
                if (ours is not null) figures.Add("the same from a file that is read again, s", contender.Name, ours.AgainOfFile());
                stored = contender.StoredBytes;
                contender.Change();
                figures.Add("again, 1 % of the 64 KiB blocks changed, s", contender.Name, contender.Again()!.Value);
                figures.Add("stored by it, divided by what changed", contender.Name, (double)(contender.StoredBytes - stored) / image.ChangedBytes);
            }
            if (ours is not null)
            {
                figures.Add($"first read from a snapshot of {image.LengthBytes * 8 >> 30} GiB, s", contender.Name, ours.FirstRead());
                figures.Add("memory at the most, with the pool, MiB", contender.Name, ours.PortalMebibytes);
            }
            Restore(contender, Path.Combine(own, "back.raw"));
        }
        Directory.Delete(own, recursive: true);
    }

    private void Restore(IContender contender, string target)
    {
        var seconds = contender.Restore(target);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        using (var file = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);   // not all do
        figures.Add("restore to a file and sync, s", contender.Name, seconds + System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds);
        if (new FileInfo(target).Length != image.LengthBytes) throw new InvalidOperationException($"{contender.Name} restored a file of another size.");
    }
}
