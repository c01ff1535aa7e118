using System.CommandLine;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl delete</c></summary>
internal static class DeleteCommand
{
    public static Command Create()
    {
        var place = OpenRepository.Argument("repository", "The repository");
        var chosen = new Argument<string[]>("snapshots") { Arity = ArgumentArity.OneOrMore, Description = "The snapshots." };
        var command = new Command("delete", "Delete snapshots, in any order: none needs another. 'prune' gives their space back.") { place, chosen, OpenRepository.Cache };
        return Session.Run(command, async session =>
        {
            using var open = await OpenRepository.OpenAsync(session, session.Get(place), keysFile: null);
            // All or none: a slip of the pen is found before anything is gone.
            foreach (var id in session.Get(chosen))
            {
                if (!await ExistsAsync(open, id, session.Cancel)) throw new EngineException(EngineFault.Missing, $"The repository has no snapshot '{id}'. Nothing was deleted.");
            }
            foreach (var id in session.Get(chosen))
            {
                await open.Repository.DeleteAsync(id, session.Cancel);
                session.Report.Line($"deleted {id}");
            }
            session.Report.Document(new { deleted = session.Get(chosen) });
            return ExitCode.Done;
        });
    }

    private static async Task<bool> ExistsAsync(OpenRepository open, string id, CancellationToken cancel)
    {
        try { return await open.Repository.FindAsync(id, cancel) is not null; }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { return true; }   // A damaged one may go, too.
    }
}
