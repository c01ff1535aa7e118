using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>QEMU's backup by a bitmap of what was written, into compressed qcow2 files, each upon the one before; the daemon stays up, as a guest would.</summary>
internal sealed class QemuBitmap : IContender
{
    private readonly BackupImage image;
    private readonly string room;
    private readonly ChildProcess daemon;
    private readonly HashSet<string> ended = [];
    private int count;

    public QemuBitmap(BackupImage image, string room)
    {
        (this.image, this.room) = (image, room);
        Directory.CreateDirectory(Path.Combine(room, "repository"));
        daemon = new ChildProcess(
            "qemu-storage-daemon",
            ["--chardev", "stdio,id=qmp", "--monitor", "chardev=qmp", "--blockdev", $"driver=raw,node-name=disk,file.driver=file,file.filename={image.Path}", "--nbd-server", $"addr.type=unix,addr.path={room}/nbd", "--export", "type=nbd,id=disk,node-name=disk,writable=on"],
            room);
        daemon.ReadLine();   // its greeting
        Ask("qmp_capabilities", new { });
        Ask("block-dirty-bitmap-add", new { node = "disk", name = "changes" });
    }

    public string Name => "qemu bitmap";

    public long StoredBytes => new DirectoryInfo(Path.Combine(room, "repository")).EnumerateFiles().Sum(file => file.Length);

    public (double Seconds, double PeakMebibytes) Full()
    {
        var seconds = BackUp("full");
        return (seconds, daemon.PeakMebibytes);
    }

    public double? Again() => BackUp("incremental");

    public void Change()
    {
        // Through the daemon, or it would not notice; -s because a repeated byte would compress too well.
        var commands = new List<string>();
        foreach (var (offset, content) in image.Change(generation: 1))
        {
            var file = Path.Combine(room, $"change-{offset}");
            File.WriteAllBytes(file, content.Span);
            commands.AddRange(["-c", $"write -q -s {file} {offset} {Limits.ChunkBytes}"]);
        }
        ChildProcess.Run("qemu-io", ["-f", "raw", .. commands, $"nbd+unix:///disk?socket={room}/nbd"], room);
    }

    public double Restore(string target) => ChildProcess.Run("qemu-img", ["convert", "-O", "raw", FileOf(count - 1), target], room).Seconds;

    public void Dispose()
    {
        daemon.Dispose();
        image.Write(generation: 0);
    }

    private double BackUp(string sync)
    {
        var file = FileOf(count);
        string[] upon = count == 0 ? [] : ["-b", FileOf(count - 1), "-F", "qcow2"];
        ChildProcess.Run("qemu-img", ["create", "-q", "-f", "qcow2", "-o", "compression_type=zstd", .. upon, file, image.LengthBytes.ToString(CultureInfo.InvariantCulture)], room);
        var began = Stopwatch.GetTimestamp();
        var node = $"target{count++}";
        Ask("blockdev-add", new Dictionary<string, object?>(StringComparer.Ordinal) { ["driver"] = "qcow2", ["node-name"] = node, ["file"] = new { driver = "file", filename = file }, ["backing"] = null });
        var job = new Dictionary<string, object?>(StringComparer.Ordinal) { ["job-id"] = node, ["device"] = "disk", ["target"] = node, ["sync"] = sync, ["compress"] = true };
        if (sync == "incremental") job["bitmap"] = "changes";
        Ask("blockdev-backup", job);
        AwaitEnd(node);
        Ask("blockdev-del", new Dictionary<string, object?>(StringComparer.Ordinal) { ["node-name"] = node });
        using (var written = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(written);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private string FileOf(int number) => Path.Combine(room, "repository", $"{number}.qcow2");

    private void Ask(string command, object arguments)
    {
        daemon.Input.WriteLine(JsonSerializer.Serialize(new { execute = command, arguments }));
        daemon.Input.Flush();
        while (true)
        {
            var line = daemon.ReadLine();
            if (line.StartsWith("{\"return\"", StringComparison.Ordinal)) return;
            if (line.StartsWith("{\"error\"", StringComparison.Ordinal)) throw new InvalidOperationException($"qemu-storage-daemon refuses {command}: {line}");
            Note(line);
        }
    }

    private void Note(string line)
    {
        using var document = JsonDocument.Parse(line);
        if (!document.RootElement.TryGetProperty("event", out var name) || name.GetString() != "BLOCK_JOB_COMPLETED") return;
        var data = document.RootElement.GetProperty("data");
        if (data.TryGetProperty("error", out var error)) throw new InvalidOperationException($"qemu's backup failed: {error}");
        ended.Add(data.GetProperty("device").GetString()!);
    }

    private void AwaitEnd(string job)
    {
        while (!ended.Contains(job)) Note(daemon.ReadLine());
    }
}
