using System.Globalization;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>snapctl for what a file is backed up and restored with; for what comes from a disk in a pool, a process that has the pool open, as the portal has.</summary>
internal sealed class Ours : IContender
{
    private static readonly string Snapctl = Path.Combine(AppContext.BaseDirectory, "snapctl");

    private readonly BackupImage image;
    private readonly string room;
    private readonly ChildProcess portal;

    public Ours(BackupImage image, string room)
    {
        (this.image, this.room) = (image, room);
        portal = new ChildProcess(Environment.ProcessPath!, [.. Dotnet(), PoolWorker.Argument, room, image.Path], room);
        Ask("import");
    }

    public string Name => BackupFigures.Ours;

    public long StoredBytes => new DirectoryInfo(Path.Combine(room, "pool-repository")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>The most memory that the process with the pool had.</summary>
    public double PortalMebibytes => portal.PeakMebibytes;

    public (double Seconds, double PeakMebibytes) Full() => ChildProcess.Run(Snapctl, ["backup", "--create", Path.Combine(room, "repository"), image.Path, "--disk", "disk", "--id", "full"], room, Settings());

    /// <summary>The full upload of a disk in a pool.</summary>
    public double FullOfDisk() => Ask("upload");

    public double? Again() => Ask("upload");

    /// <summary>All of the file read again.</summary>
    public double AgainOfFile() => ChildProcess.Run(Snapctl, ["backup", Path.Combine(room, "repository"), image.Path, "--disk", "disk"], room, Settings()).Seconds;

    public void Change() => Ask("change");

    public double FirstRead() => Ask("read");

    public double Restore(string target)
    {
        // From the repository of the file, in which the change is not.
        return ChildProcess.Run(Snapctl, ["restore", Path.Combine(room, "repository"), "full", target], room, Settings()).Seconds;
    }

    public void Dispose() => portal.Dispose();

    // Run by `dotnet X.dll` the process is dotnet, run by its own executable it is that.
    private static string[] Dotnet() => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(Ours).Assembly.Location] : [];

    private double Ask(string what)
    {
        portal.Input.WriteLine(what);
        portal.Input.Flush();
        return double.Parse(portal.ReadLine(), CultureInfo.InvariantCulture);
    }

    private (string, string)[] Settings() => [("XDG_CACHE_HOME", Path.Combine(room, "cache"))];
}
