namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>
/// Which snapshots of a disk may go by themselves. Never the newest accomplished one, nor the newest accomplished normal one,
/// so that a disk is never left without; never one that is being made, and none that an image or a disk needs.
/// </summary>
/// <remarks>Pure: it gets all snapshots of one disk, in any order, and the time.</remarks>
internal static class Expiry
{
    /// <summary>What matters of a snapshot here.</summary>
    /// <param name="Id">Breaks the tie of snapshots of the same millisecond.</param>
    /// <param name="CreatedAt">When it was frozen.</param>
    /// <param name="ExpiresAt">When its retention ends; null: never.</param>
    /// <param name="Stage">How far it has come.</param>
    /// <param name="IsLocal">Whether it is kept in the pool only, beside its disk.</param>
    /// <param name="IsAutomatic">Whether a policy took it.</param>
    /// <param name="IsNeeded">Whether an image was made from it, or a disk still reads from it.</param>
    public readonly record struct Held(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, Stage Stage, bool IsLocal, bool IsAutomatic, bool IsNeeded);

    public enum Stage
    {
        Progressing,
        Accomplished,
        Failed,
    }

    /// <summary>Those whose retention has ended and that may go, oldest first.</summary>
    public static List<string> Expired(IReadOnlyCollection<Held> snapshots, DateTimeOffset now)
        => [.. MayGo(snapshots).Where(each => each.ExpiresAt <= now).Select(each => each.Id)];

    /// <summary>The automatic ones to remove, oldest first, so that one more keeps the quota; null where not enough of them may go.</summary>
    public static List<string>? ToMakeRoom(IReadOnlyCollection<Held> snapshots, int quota)
    {
        var excess = snapshots.Count(each => each.IsAutomatic) + 1 - quota;
        if (excess <= 0) return [];
        List<string> oldest = [.. MayGo(snapshots).Where(each => each.IsAutomatic).Take(excess).Select(each => each.Id)];
        return oldest.Count == excess ? oldest : null;
    }

    private static IEnumerable<Held> MayGo(IReadOnlyCollection<Held> snapshots)
    {
        var byAge = snapshots.OrderBy(each => each.CreatedAt).ThenBy(each => each.Id, StringComparer.Ordinal).ToList();
        var newest = byAge.FindLastIndex(each => each.Stage == Stage.Accomplished);
        var newestNormal = byAge.FindLastIndex(each => each is { Stage: Stage.Accomplished, IsLocal: false });
        return byAge.Where((each, index) => index != newest && index != newestNormal && each is { Stage: not Stage.Progressing, IsNeeded: false });
    }
}
