using SnapshotPortal.Engine;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Negotiation;

/// <summary>Something that a client can ask of ranges: how they are allocated, or whether they changed (proto.md, "Metadata querying").</summary>
/// <param name="Id">Its number in the answers to block status; the same for each client of an export.</param>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Statuses">The status of a range: consecutive lengths and flags, from its offset on; they may end before it does.</param>
internal sealed record MetaContext(uint Id, string Name, Func<long, long, IEnumerable<(long LengthBytes, uint Flags)>> Statuses)
{
    private const string BaseNamespace = "base:";
    private const string AllocationName = "base:allocation";
    private const uint Changed = 1;

    /// <summary>All contexts of an export.</summary>
    public static IReadOnlyList<MetaContext> Of(Export export) =>
    [
        new(1, AllocationName, (offset, length) => export.Device.Extents(offset, length).Select(extent => (extent.LengthBytes, (uint)Allocation(extent.Kind)))),
        .. export.Changes.Select((context, i) => new MetaContext((uint)i + 2, context.ContextName, (offset, length) => Changes(context.ChangedIn(offset, length), offset, offset + length))),
    ];

    /// <summary>Whether a query names this context; in lists also by its namespace.</summary>
    public bool Matches(string query, bool isList) =>
        query == Name || (isList && query is BaseNamespace or ChangeContext.Namespace && Name.StartsWith(query, StringComparison.Ordinal));

    private static AllocationFlags Allocation(ExtentKind kind) => kind == ExtentKind.Data ? AllocationFlags.Data : AllocationFlags.Hole | AllocationFlags.Zero;

    private static IEnumerable<(long LengthBytes, uint Flags)> Changes(IEnumerable<Extent> changed, long position, long end)
    {
        foreach (var extent in changed)
        {
            if (extent.OffsetBytes > position) yield return (extent.OffsetBytes - position, 0);
            yield return (extent.LengthBytes, Changed);
            position = extent.EndBytes;
        }
        if (end > position) yield return (end - position, 0);
    }
}
