namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>restic, borg or the bare zstd: programs that read a whole file each time.</summary>
internal sealed class Archiver : IContender
{
    private readonly BackupImage image;
    private readonly string room;
    private readonly Func<string, string[]>? store;   // by the name of what is stored
    private readonly Func<string, string[]> restore;
    private readonly string program, result;
    private int count;

    private Archiver(string name, string program, BackupImage image, string room, Func<string, string[]>? again, Func<string, string[]> restore, string result) =>
        (Name, this.program, this.image, this.room, store, this.restore, this.result) = (name, program, image, room, again, restore, result);

    public string Name { get; }

    public long StoredBytes => new DirectoryInfo(Repository).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private string Repository => Path.Combine(room, "repository");

    public static Archiver Restic(BackupImage image, string room)
    {
        var made = new Archiver("restic", "restic", image, room, _ => ["backup", image.Path], _ => ["restore", "latest", "--target", room], Path.Join(room, image.Path));
        ChildProcess.Run("restic", ["init"], room, made.Settings());
        return made;
    }

    public static Archiver Borg(BackupImage image, string room)
    {
        var made = new Archiver("borg zstd,3", "borg", image, room, name => ["create", "--compression", "zstd,3", $"{room}/repository::{name}", image.Path], name => ["extract", "--sparse", $"{room}/repository::{name}"], Path.Join(room, image.Path));
        ChildProcess.Run("borg", ["init", "-e", "none", made.Repository], room, made.Settings());
        return made;
    }

    public static Archiver Zstd(BackupImage image, string room)
    {
        Directory.CreateDirectory(Path.Combine(room, "repository"));
        return new Archiver("zstd -3 -T2", "zstd", image, room, null, _ => ["-d", "-q", "-f", "--sparse", $"{room}/repository/image.zst", "-o", $"{room}/restored"], $"{room}/restored");
    }

    public (double Seconds, double PeakMebibytes) Full() =>
        ChildProcess.Run(program, store?.Invoke("0") ?? ["-3", "-T2", "-q", "-f", image.Path, "-o", $"{room}/repository/image.zst"], room, Settings());

    public double? Again()
    {
        if (store is null) return null;
        // A disk in use is always newer than its last backup: these programs then read it again.
        File.SetLastWriteTimeUtc(image.Path, File.GetLastWriteTimeUtc(image.Path).AddSeconds(1));
        return ChildProcess.Run(program, store($"{++count}"), room, Settings()).Seconds;
    }

    public void Change() => image.Write(generation: 1);

    public double Restore(string target)
    {
        var seconds = ChildProcess.Run(program, restore($"{count}"), room, Settings()).Seconds;
        File.Move(result, target);
        return seconds;
    }

    public void Dispose() => image.Write(generation: 0);

    private (string, string)[] Settings() =>
    [
        ("RESTIC_REPOSITORY", Repository), ("RESTIC_PASSWORD", "benchmark"), ("RESTIC_CACHE_DIR", Path.Combine(room, "cache")),
        ("BORG_BASE_DIR", Path.Combine(room, "borg")), ("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes"),
    ];
}
