using System.CommandLine;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl copy</c></summary>
internal static class CopyCommand
{
    public static Command Create()
    {
        var from = OpenRepository.Argument("from", "The repository to read");
        var to = OpenRepository.Argument("to", "The repository to write");
        var chosen = new Argument<string[]>("snapshots") { Arity = ArgumentArity.ZeroOrMore, Description = "The snapshots; without any, all." };
        var toKeys = new Option<string?>("--to-keys") { HelpName = "FILE", Description = "The key-encryption keys of the other repository. [default: the same]" };
        var encrypt = new Option<bool>("--encrypt") { Description = "Encrypt copies of what is not encrypted here, under one new key for each disk." };
        var decrypt = new Option<bool>("--decrypt") { Description = "Store copies of what is encrypted here in the clear. Otherwise they keep their disk's key." };
        var create = new Option<bool>("--create") { Description = "Make the other repository where there is none." };
        var command = new Command("copy", "Copy snapshots to another repository, oldest first: only what that one lacks is sent. Repeatable.") { from, to, chosen, toKeys, encrypt, decrypt, create, OpenRepository.Keys, OpenRepository.Cache };
        return Session.Run(command, async session =>
        {
            if (session.Get(encrypt) && session.Get(decrypt)) throw new UsageException("Either --encrypt or --decrypt.");
            using var source = await OpenRepository.OpenAsync(session, session.Get(from), session.Get(OpenRepository.Keys));
            using var target = await OpenRepository.OpenAsync(session, session.Get(to), session.Get(toKeys) ?? session.Get(OpenRepository.Keys), session.Get(create));
            var (snapshots, damage) = await ChooseAsync(session, source, session.Find(chosen) ?? []);
            var (there, _) = await target.ListAsync(session.Cancel);
            var copies = new List<StoredSnapshotInfo>();
            foreach (var snapshot in snapshots)
            {
                var copy = await CopyAsync(session, source, target, snapshot, there.FindLast(known => known.DiskId == snapshot.DiskId), session.Get(encrypt), session.Get(decrypt));
                if (!there.Exists(known => known.SnapshotId == copy.SnapshotId)) there.Add(copy);
                copies.Add(copy);
                session.Report.Line($"copied {copy.SnapshotId}: {Report.Bytes(copy.StoredBytes)} stored{(copy.IsFull ? "" : $", upon {copy.PredecessorId}")}");
            }
            session.Report.Document(new { snapshots = copies, damage = damage?.Message });
            if (damage is null) return ExitCode.Done;
            session.Report.Warn(damage.Message);
            return ExitCode.Damaged;
        });
    }

    private static async Task<(List<StoredSnapshotInfo> Snapshots, EngineException? Damage)> ChooseAsync(Session session, OpenRepository source, string[] chosen)
    {
        var (snapshots, damage) = await source.ListAsync(session.Cancel);
        if (chosen.Length == 0) return (snapshots, damage);
        if (chosen.FirstOrDefault(id => !snapshots.Exists(snapshot => snapshot.SnapshotId == id)) is { } missing)
            throw damage ?? new EngineException(EngineFault.Missing, $"The repository has no snapshot '{missing}'.");
        return (snapshots.FindAll(snapshot => chosen.Contains(snapshot.SnapshotId, StringComparer.Ordinal)), null);
    }

    /// <summary>Copies a snapshot. The newest of its disk that the target has, if any, is what it may build upon.</summary>
    private static async Task<StoredSnapshotInfo> CopyAsync(Session session, OpenRepository source, OpenRepository target, StoredSnapshotInfo snapshot, StoredSnapshotInfo? latest, bool encrypts, bool decrypts)
    {
        DataKey? key = null;
        if (snapshot.KeyId is not null) key = decrypts ? null : await source.KeyOfAsync(snapshot, session.Cancel);
        else if (encrypts) key = latest?.KeyId is not null ? await target.KeyOfAsync(latest, session.Cancel) : target.NewKey();
        // Its own predecessor may be gone here or missing there: any state of the disk that both have saves reading as much.
        var common = latest is not null && latest.SnapshotId != snapshot.SnapshotId && latest.KeyId == key?.Id && await source.Repository.FindAsync(latest.SnapshotId, session.Cancel) is not null;
        using var progress = new ProgressBar($"copying {snapshot.SnapshotId}");
        var copy = new SnapshotCopy { SnapshotId = snapshot.SnapshotId, PredecessorId = common ? (latest!.SnapshotId, latest.SnapshotId) : null, Key = key };
        return await source.Repository.CopyAsync(copy, target.Repository, progress.Of<UploadProgress>(p => (p.DoneBytes, p.TotalBytes)), session.Cancel);
    }
}
