using System.CommandLine;
using System.Globalization;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Tool.Pools;

/// <summary><c>snapctl pool check</c> and <c>snapctl pool repair</c></summary>
internal static class PoolCommand
{
    public static Command Create() => new("pool", "Look after the pool of a zone while the portal is stopped.") { Check(), Repair() };

    private static Command Check()
    {
        var directory = Directory();
        var command = new Command("check", "Read everything in a pool and compare it with its checksums, changing nothing: recovery is tried in memory.") { directory };
        return Session.Run(command, async session =>
        {
            var overlay = new Overlay();
            using var pool = Open(overlay, session.Get(directory));
            var changes = overlay.WrittenBytes;
            return await ScrubAsync(session, pool, (report, scrub) =>
            {
                report.Line($"opening it for good would write about {Report.Bytes(changes)}");
                report.Document(Document(pool, scrub, changes));
            });
        });
    }

    private static Command Repair()
    {
        var directory = Directory();
        var command = new Command("repair", "Open a pool for good, which recovers what a crash left, find anew what is in use, give back the rest, and name what is damaged.") { directory };
        return Session.Run(command, async session =>
        {
            using var pool = Open(OsFileSystem.Instance, session.Get(directory));
            return await ScrubAsync(session, pool, (report, scrub) =>
            {
                pool.Checkpoint();
                // Damaged maps do not tell what is in use: then nothing may go.
                if (scrub.LeakedBytes is not null) pool.Reclaim();
                report.Document(Document(pool, scrub, recoveryBytes: null));
            });
        });
    }

    private static Argument<string> Directory() => new("directory") { Description = "The pool: a directory pools/<zone> of the portal's data." };

    private static Pool Open(IFileSystem files, string directory)
    {
        directory = Path.GetFullPath(directory).TrimEnd('/');
        if (!File.Exists(directory + "/superblock")) throw new EngineException(EngineFault.Missing, $"There is no pool '{directory}': it holds no file 'superblock'.");
        return Pool.Open(files, directory, new PoolOptions { BackgroundCheckpoints = false });
    }

    private static async Task<ExitCode> ScrubAsync(Session session, Pool pool, Action<Report, ScrubReport> end)
    {
        using var progress = new ProgressBar("checking");
        var scrub = await pool.ScrubAsync(progress: progress.Of<ScrubProgress>(p => (p.CheckedBytes, p.TotalBytes)), cancel: session.Cancel);
        ProgressBar.Clear();
        session.Cancel.ThrowIfCancellationRequested();
        var report = session.Report;
        if (pool.Damage is { } damage) report.Line($"damaged log: {damage}");
        foreach (var disk in pool.Disks.Where(disk => disk.Damage is not null)) report.Line($"disk {disk.Name} can only be read: {disk.Damage}");
        foreach (var range in scrub.Damage)
            report.Line(string.Create(CultureInfo.InvariantCulture, $"damaged range of {NameOf(range.Part)} {range.Name}: {range.LengthBytes} bytes at byte {range.OffsetBytes} ({range.Place})"));
        var isSound = pool.Damage is null && scrub.Damage.Count == 0;
        report.Line(string.Create(CultureInfo.InvariantCulture, $"{pool.Disks.Count} disks, {pool.Snapshots.Count} local snapshots, {Report.Bytes(scrub.CheckedBytes)} read: {(isSound ? "no damage" : "DAMAGED")}"));
        if (!isSound) report.Line("What is damaged is never returned as data; the rest can be read. Restore damaged disks from their snapshots.");
        end(report, scrub);
        return isSound ? ExitCode.Done : ExitCode.Damaged;
    }

    private static object Document(Pool pool, ScrubReport scrub, long? recoveryBytes) => new
    {
        poolId = pool.Id,
        damage = pool.Damage,
        disks = pool.Disks.Select(disk => new { disk.Name, disk.LengthBytes, disk.Damage }),
        snapshots = pool.Snapshots.Select(snapshot => new { snapshot.Name, snapshot.DiskName, snapshot.LengthBytes, snapshot.Damage }),
        damaged = scrub.Damage,
        scrub.CheckedBytes,
        scrub.LeakedBytes,
        recoveryBytes,
    };

    private static string NameOf(DamagedPart part) => part switch
    {
        DamagedPart.Disk => "the disk",
        DamagedPart.Snapshot => "the local snapshot",
        DamagedPart.DeletedSnapshot => "the deleted local snapshot",
        _ => "the segment",
    };
}
