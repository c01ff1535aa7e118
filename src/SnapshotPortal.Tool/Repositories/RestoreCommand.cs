using System.CommandLine;
using System.Globalization;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.ImageFormats;
using SnapshotPortal.Tool.Devices;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl restore</c></summary>
internal static class RestoreCommand
{
    private const string StandardOutput = "-";

    public static Command Create()
    {
        var place = OpenRepository.Argument("repository", "The repository");
        var snapshot = new Argument<string>("snapshot") { Description = "The snapshot's id." };
        var target = new Argument<string>("target") { Description = "The raw file to make, a device, or - for the standard output." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Write over an existing file or device." };
        var skip = new Option<bool>("--skip-damaged") { Description = "Restore what is left of a damaged snapshot: damaged ranges read as zeroes, and are named. The exit code is 3 all the same." };
        var format = new Option<string>("--format") { Description = "What to write: raw, raw.zst (raw in frames of zstd), or qcow2 (by qemu-img; to a new file).", DefaultValueFactory = _ => ImageFormat.Raw.Name };
        format.AcceptOnlyFromAmong([.. ImageFormat.All.Where(each => each.CanExport).Select(each => each.Name)]);
        var command = new Command("restore", "Write a snapshot's content to a sparse raw file, a device, the standard output or a disk image.") { place, snapshot, target, format, overwrite, skip, OpenRepository.Keys, OpenRepository.Cache };
        return Session.Run(
            command,
            async session =>
            {
                using var open = await OpenRepository.OpenAsync(session, session.Get(place), session.Get(OpenRepository.Keys));
                var id = session.Get(snapshot);
                var path = session.Get(target);
                var info = await open.Repository.FindAsync(id, session.Cancel) ?? throw new EngineException(EngineFault.Missing, $"The repository has no snapshot '{id}'.");
                if (path == StandardOutput && session.Get(skip)) throw new UsageException("--skip-damaged needs a file: what went through a pipe cannot be taken back.");
                var written = ImageFormat.Find(session.Get(format)!)!;
                if (written != ImageFormat.Raw && session.Get(skip)) throw new UsageException("--skip-damaged writes raw files only.");
                try
                {
                    if (written != ImageFormat.Raw) await ToImageAsync(session, open, id, path, written, session.Get(overwrite));
                    else if (path == StandardOutput) await ToOutputAsync(session, open, id);
                    else await ToFileAsync(session, open, info, path, session.Get(overwrite), []);
                }
                catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
                {
                    session.Report.Warn(e.Message);
                    return await DamagedAsync(session, open, info, path, session.Get(overwrite), session.Get(skip));
                }
                session.Report.Line($"restored {id} ({Report.Bytes(ContentBytesOf(info))}) to {path}");
                session.Report.Document(new { snapshot = info, target = path });
                return ExitCode.Done;
            },
            writesContent: parsed => parsed.GetValue(target) == StandardOutput);
    }

    private static async Task ToOutputAsync(Session session, OpenRepository open, string id)
    {
        var content = await open.Repository.OpenSnapshotAsync(id, session.Cancel);
        using var progress = new ProgressBar("restoring");
        await using var output = ContentStream.OpenOutput();
        await ContentStream.CopyAsync(content, ContentBytesOf(content.Info), output, progress, session.Cancel);
    }

    private static async Task ToImageAsync(Session session, OpenRepository open, string id, string path, ImageFormat format, bool overwrites)
    {
        if (path == StandardOutput && format.QemuName is not null) throw new UsageException($"{format.Name} needs a file: it is not written from the front to the end.");
        if (path != StandardOutput && File.Exists(path) && !overwrites) throw new UsageException($"'{path}' exists already. Restore to another name, or say --overwrite.");
        var content = await open.Repository.OpenSnapshotAsync(id, session.Cancel);
        if (format.QemuName is null)
        {
            await using var compressed = new ZstdStream(content);
            await using var output = path == StandardOutput ? ContentStream.OpenOutput() : File.Create(path);
            await compressed.CopyToAsync(output, session.Cancel);
            return;
        }
        using var progress = new ProgressBar("restoring");
        await ImageConversion.ExportAsync(content, path, format, progress.Show, session.Cancel);
    }

    private static async Task ToFileAsync(Session session, OpenRepository open, StoredSnapshotInfo info, string path, bool overwrites, IEnumerable<DamagedRange> without)
    {
        var exists = File.Exists(path);
        if (exists && !overwrites) throw new UsageException($"'{path}' exists already. Restore to another name, or say --overwrite.");
        var isWhole = false;
        try
        {
            using var target = exists ? RawFile.OpenOver(path, ContentBytesOf(info)) : RawFile.Create(path, ContentBytesOf(info));
            using var progress = new ProgressBar("restoring");
            await open.Repository.RestoreAsync(info.SnapshotId, target, without, progress.Of<RestoreProgress>(p => (p.DoneBytes, p.TotalBytes)), session.Cancel);
            target.CutToContent();
            isWhole = true;
        }
        finally
        {
            // What looks like an image must be one.
            if (!isWhole && !exists) File.Delete(path);
        }
    }

    /// <summary>Names what is damaged and, where that was asked for, restores the rest.</summary>
    private static async Task<ExitCode> DamagedAsync(Session session, OpenRepository open, StoredSnapshotInfo info, string path, bool overwrites, bool skips)
    {
        using var progress = new ProgressBar("verifying");
        var result = await open.Repository.VerifyAsync(new VerifyRequest { SnapshotId = info.SnapshotId }, progress.Of<VerifyProgress>(p => (p.DoneBytes, p.TotalBytes)), session.Cancel);
        ProgressBar.Clear();
        VerifyCommand.Tell(session.Report, result);
        if (skips)
        {
            await ToFileAsync(session, open, info, path, overwrites, result.Damages);
            session.Report.Warn(string.Create(CultureInfo.InvariantCulture, $"{path} holds the rest of {info.SnapshotId}, without {result.Damages.Sum(range => range.LengthBytes)} damaged bytes."));
        }
        else session.Report.Warn($"Nothing was restored. With --skip-damaged the rest of {info.SnapshotId} is.");
        session.Report.Document(new { snapshot = info, target = skips ? path : null, result.Objects, result.Damages });
        return ExitCode.Damaged;
    }

    private static long ContentBytesOf(StoredSnapshotInfo info) =>
        info.Labels.TryGetValue(BackupCommand.ContentBytesLabel, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var bytes) && bytes > info.LengthBytes - Limits.BlockBytes && bytes <= info.LengthBytes
            ? bytes
            : info.LengthBytes;
}
