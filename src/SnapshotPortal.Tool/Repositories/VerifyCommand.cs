using System.CommandLine;
using System.Globalization;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Tool.Repositories;

/// <summary><c>snapctl verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var place = OpenRepository.Argument("repository", "The repository");
        var snapshot = new Argument<string?>("snapshot") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this snapshot; otherwise everything." };
        var share = new Option<double>("--share") { HelpName = "0..1", DefaultValueFactory = _ => 1, Description = "The share of the content that is read. Manifests, and that all they name is there, are always checked." };
        var seed = new Option<int>("--seed") { HelpName = "N", Description = "Which content a smaller share falls on: another number, another part." };
        var command = new Command("verify", "Read what is stored and compare it with its checksums; name what is damaged by snapshot and range.") { place, snapshot, share, seed, OpenRepository.Keys, OpenRepository.Cache };
        share.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !(result.GetValueOrDefault<double>() is >= 0 and <= 1)) result.AddError("--share is a number from 0 to 1.");
        });
        return Session.Run(command, async session =>
        {
            using var open = await OpenRepository.OpenAsync(session, session.Get(place), session.Get(OpenRepository.Keys));
            using var progress = new ProgressBar("verifying");
            var request = new VerifyRequest { SnapshotId = session.Find(snapshot), Share = session.Get(share), Seed = session.Get(seed) };
            var result = await open.Repository.VerifyAsync(request, progress.Of<VerifyProgress>(p => (p.DoneBytes, p.TotalBytes)), session.Cancel);
            ProgressBar.Clear();
            Tell(session.Report, result);
            session.Report.Document(result);
            return !result.IsSound ? ExitCode.Damaged : result.KeyUnavailable.Count > 0 ? ExitCode.KeyUnavailable : ExitCode.Done;
        });
    }

    /// <summary>Tells damage for people.</summary>
    public static void Tell(Report report, VerifyResult result)
    {
        foreach (var damaged in result.Objects) report.Line($"damaged object {damaged.Name}: {damaged.Reason}");
        foreach (var range in result.Damages)
            report.Line(string.Create(CultureInfo.InvariantCulture, $"damaged range of {range.SnapshotId}: {range.LengthBytes} bytes at byte {range.OffsetBytes}: {range.Reason}"));
        foreach (var id in result.KeyUnavailable) report.Line($"not fully checked: {id}, because its key is not at hand. Give the key-encryption keys with --keys FILE or in {OpenRepository.KeysVariable}.");
        report.Line(string.Create(CultureInfo.InvariantCulture, $"{result.Snapshots} snapshots, {Report.Bytes(result.CheckedBytes)} of {Report.Bytes(result.TotalBytes)} read: {(result.IsSound ? "no damage" : "DAMAGED")}"));
    }
}
