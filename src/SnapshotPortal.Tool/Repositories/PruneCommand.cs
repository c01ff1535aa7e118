using System.CommandLine;
using System.Globalization;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl prune</c></summary>
internal static class PruneCommand
{
    public static Command Create()
    {
        var place = OpenRepository.Argument("repository", "The repository");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be done." };
        var command = new Command("prune", "Give back what no snapshot refers to: tells the plan, then carries it out.") { place, dryRun, OpenRepository.Keys, OpenRepository.Cache };
        return Session.Run(command, async session =>
        {
            using var open = await OpenRepository.OpenAsync(session, session.Get(place), session.Get(OpenRepository.Keys));
            var plan = await open.Repository.PlanSweepAsync(session.Cancel);
            Tell(session.Report, plan);
            if (session.Get(dryRun))
            {
                session.Report.Document(new { plan, plan.FreedBytes, done = (SweepPlan?)null });
                return ExitCode.Done;
            }
            var done = await open.Repository.ExecuteAsync(plan, session.Cancel);
            session.Report.Line($"done: {Report.Bytes(done.FreedBytes)} given back");
            session.Report.Document(new { plan, done.FreedBytes, done });
            return ExitCode.Done;
        });
    }

    private static void Tell(Report report, SweepPlan plan)
    {
        foreach (var dead in plan.Objects) report.Line($"delete {dead.Name} ({Report.Bytes(dead.LengthBytes)})");
        foreach (var pack in plan.Rewritten) report.Line($"rewrite {pack.Name} ({Report.Bytes(pack.LiveBytes)} of {Report.Bytes(pack.LengthBytes)} in use)");
        report.Line(string.Create(CultureInfo.InvariantCulture, $"plan: {plan.Objects.Count} objects to delete, {plan.Rewritten.Count} to rewrite, {plan.KeptObjects} packs with {Report.Bytes(plan.KeptBytes)} kept: about {Report.Bytes(plan.FreedBytes)} to give back"));
    }
}
