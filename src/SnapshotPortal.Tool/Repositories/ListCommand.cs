using System.CommandLine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl list</c></summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var place = OpenRepository.Argument("repository", "The repository");
        var disk = new Option<string?>("--disk") { HelpName = "ID", Description = "Only snapshots of this disk." };
        var command = new Command("list", "List the snapshots, oldest first.") { place, disk, OpenRepository.Cache };
        return Session.Run(command, async session =>
        {
            using var open = await OpenRepository.OpenAsync(session, session.Get(place), keysFile: null);
            var (snapshots, damage) = await open.ListAsync(session.Cancel);
            if (session.Get(disk) is { } id) snapshots.RemoveAll(snapshot => snapshot.DiskId != id);
            session.Report.Table(["SNAPSHOT", "DISK", "CREATED", "SIZE", "CONTENT", "STORED", "UPON", "KEY"], [.. snapshots.Select(Row)]);
            session.Report.Document(new { repositoryId = open.Repository.Id, snapshots, damage = damage?.Message });
            if (damage is null) return ExitCode.Done;
            session.Report.Warn(damage.Message);
            return ExitCode.Damaged;
        });
    }

    private static string[] Row(StoredSnapshotInfo snapshot) =>
    [
        snapshot.SnapshotId, snapshot.DiskId, Report.Time(snapshot.CreatedAt), Report.Bytes(snapshot.LengthBytes), Report.Bytes(snapshot.FullBytes),
        Report.Bytes(snapshot.StoredBytes), snapshot.PredecessorId ?? "(full)", snapshot.KeyId?.ToString() ?? "-",
    ];
}
