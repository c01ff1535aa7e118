using SnapshotPortal.Engine;

namespace SnapshotPortal.Nbd;

/// <summary>What a client sees as one disk.</summary>
public sealed class Export
{
    /// <summary>The name that the client gives, at most <see cref="NbdLimits.NameBytesMax"/> bytes; <see cref="NbdServer.RevokeAsync"/> ends all connections of a name.</summary>
    public required string Name { get; init; }

    /// <summary>What is served. Its size is looked at when a client connects.</summary>
    public required IBlockDevice Device { get; init; }

    /// <summary>Whether changes are refused; also where the device itself takes none.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>A few words for people, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>What a client can ask to have compared: which ranges changed since an earlier snapshot.</summary>
    public IReadOnlyList<ChangeContext> Changes { get; init; } = [];

    /// <summary>The most connections to this name at once.</summary>
    public int ConnectionsMax { get; init; } = 16;

    internal bool TakesNoChanges => IsReadOnly || Device.IsReadOnly;
}

/// <summary>A meta context of an export: <see cref="ContextName"/>, in which bit 0 of an extent's flags says that it changed.</summary>
/// <param name="SnapshotName">The earlier snapshot.</param>
/// <param name="ChangedIn">
/// What changed since then within a range (offset and length in bytes), ascending; what did not change is left out. Runs on a
/// thread that may wait; what it throws becomes the request's error.
/// </param>
public sealed record ChangeContext(string SnapshotName, Func<long, long, IEnumerable<Extent>> ChangedIn)
{
    /// <summary>What names of such contexts begin with (proto.md: names of third parties begin with x-).</summary>
    public const string Namespace = "x-snapshotportal:";

    /// <summary>The name on the wire.</summary>
    public string ContextName => $"{Namespace}changed-since={SnapshotName}";
}
