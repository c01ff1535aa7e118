namespace SnapshotPortal.Engine.Pools;

/// <summary>
/// Which epochs of a disk led to a state. A roll back takes the epochs between the snapshot and the roll back off the
/// path: what changed in them is gone, though nothing was born since to show it.
/// </summary>
internal sealed record EpochPath(IReadOnlyList<Detour> Detours)
{
    /// <summary>More than anybody rolls back within the reach of a comparison; the oldest are joined, which only forgets comparisons.</summary>
    public const int DetoursMax = 64;

    public static readonly EpochPath Straight = new([]);

    /// <summary>Whether the state of a snapshot that closed this epoch was on the way.</summary>
    public bool Includes(uint epoch) => Detours.All(detour => epoch <= detour.After || epoch > detour.UpTo);

    /// <summary>The path behind a roll back, made in epoch <paramref name="upTo"/>, to a snapshot that closed epoch <paramref name="after"/> and came on this path.</summary>
    public EpochPath RolledBack(uint after, uint upTo)
    {
        List<Detour> detours = [.. Detours, new(after, upTo)];
        if (detours.Count <= DetoursMax) return new(detours);
        detours[1] = new(detours[0].After, detours[1].UpTo);
        detours.RemoveAt(0);
        return new(detours);
    }
}

/// <summary>Epochs that are not on the path: those behind <paramref name="After"/>, up to and with <paramref name="UpTo"/>.</summary>
internal readonly record struct Detour(uint After, uint UpTo);
