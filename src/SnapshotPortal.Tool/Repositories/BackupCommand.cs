using System.CommandLine;
using System.Globalization;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Tool.Devices;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl backup</c></summary>
internal static class BackupCommand
{
    /// <summary>The label that keeps the exact size of a file, which a disk's size is rounded up from.</summary>
    public const string ContentBytesLabel = "content-bytes";

    public static Command Create()
    {
        var place = OpenRepository.Argument("repository", "The repository");
        var source = new Argument<string>("source") { Description = "The raw file or block device. It must not change meanwhile." };
        var disk = new Option<string?>("--disk") { HelpName = "ID", Description = "What the content is a state of: the newest snapshot of the same disk is the predecessor. [default: the source's name]" };
        var id = new Option<string?>("--id") { HelpName = "ID", Description = "The new snapshot's id. [default: the disk and the time]" };
        var labels = new Option<string[]>("--label") { HelpName = "KEY=VALUE", Description = "Something to keep with the snapshot. May be repeated." };
        var encrypt = new Option<bool>("--encrypt") { Description = "Encrypt under a new key of the disk, wrapped under the first key-encryption key. What has an encrypted predecessor is always encrypted." };
        var create = new Option<bool>("--create") { Description = "Make the repository where there is none." };
        var rate = new Option<long>("--rate") { HelpName = "BYTES", Description = "Send at most so many bytes a second; 0 for no limit." };
        var command = new Command("backup", "Store a raw file or block device as a snapshot. All of it is read, except holes; only what the repository lacks is stored.") { place, source, disk, id, labels, encrypt, create, rate, OpenRepository.Keys, OpenRepository.Cache };
        return Session.Run(command, async session =>
        {
            var path = session.Get(source);
            using var file = RawFile.OpenRead(path);
            var rates = session.Get(rate) > 0 ? new ByteRate(TimeProvider.System) { BytesPerSecond = session.Get(rate) } : null;
            using var open = await OpenRepository.OpenAsync(session, session.Get(place), session.Get(OpenRepository.Keys), session.Get(create), rates);
            var diskId = session.Get(disk) ?? Path.GetFileName(path);
            var changedBefore = File.GetLastWriteTimeUtc(path);
            var newId = session.Get(id) ?? NewId(diskId);
            var predecessor = await PredecessorAsync(session, open, diskId, newId, file.LengthBytes, session.Get(encrypt));
            var upload = new SnapshotUpload
            {
                SnapshotId = newId,
                DiskId = diskId,
                Source = file,
                // With a predecessor a hole is a change, too: what was there is gone.
                Changed = file.Extents(0, file.LengthBytes).Where(extent => predecessor is not null || extent.Kind == ExtentKind.Data),
                PredecessorId = predecessor?.SnapshotId,
                Key = predecessor is not null ? await open.KeyOfAsync(predecessor, session.Cancel) : session.Get(encrypt) ? open.NewKey() : null,
                Labels = Labels(session.Get(labels) ?? [], file.ContentBytes),
            };
            var stored = await UploadAsync(session, open, upload);
            session.Report.Line($"stored {stored.SnapshotId}: {Report.Bytes(stored.ReadBytes)} read, {Report.Bytes(stored.StoredBytes)} stored{(predecessor is null ? "" : $", upon {predecessor.SnapshotId}")}");
            session.Report.Document(stored);
            if (File.GetLastWriteTimeUtc(path) != changedBefore) session.Report.Warn($"'{path}' changed while it was read: the snapshot may hold no state that it ever had.");
            return ExitCode.Done;
        });
    }

    private static async Task<StoredSnapshotInfo> UploadAsync(Session session, OpenRepository open, SnapshotUpload upload)
    {
        using var progress = new ProgressBar("storing");
        return await open.Repository.UploadAsync(upload, progress.Of<UploadProgress>(p => (p.DoneBytes, p.TotalBytes)), session.Cancel);
    }

    /// <summary>The newest snapshot of the disk that one of this size can build upon; for a snapshot that is there, what it was built upon.</summary>
    private static async Task<StoredSnapshotInfo?> PredecessorAsync(Session session, OpenRepository open, string diskId, string newId, long lengthBytes, bool encrypts)
    {
        var (snapshots, damage) = await open.ListAsync(session.Cancel);
        if (damage is not null) session.Report.Warn(damage.Message);
        if (snapshots.Find(snapshot => snapshot.SnapshotId == newId) is { } existing) return snapshots.Find(snapshot => snapshot.SnapshotId == existing.PredecessorId);
        return snapshots.FindLast(snapshot => snapshot.DiskId == diskId && snapshot.LengthBytes <= lengthBytes && (snapshot.KeyId is not null || !encrypts));
    }

    private static Dictionary<string, string> Labels(string[] given, long contentBytes)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ContentBytesLabel] = contentBytes.ToString(CultureInfo.InvariantCulture) };
        foreach (var pair in given)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new UsageException($"'{pair}' is no label: KEY=VALUE.");
            labels[pair[..at]] = pair[(at + 1)..];
        }
        return labels;
    }

    private static string NewId(string diskId)
    {
        var time = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        var name = new string([.. diskId.ToLowerInvariant().Select(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '.' or '_' or '-' ? c : '-').Take(40)]);
        return $"{name}-{time}";
    }
}
