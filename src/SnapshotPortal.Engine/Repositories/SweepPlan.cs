namespace SnapshotPortal.Engine.Repositories;

/// <summary>What a sweep would do. Printable as a dry run.</summary>
/// <param name="Objects">The objects to delete, which nothing refers to, in ordinal order of their names.</param>
/// <param name="Rewritten">The packs of which little is still referred to: that is written into new packs, then they are deleted.</param>
/// <param name="KeptObjects">How many packs are not deleted for being dead.</param>
/// <param name="KeptBytes">The size of those.</param>
public sealed record SweepPlan(IReadOnlyList<Objects.StoredObject> Objects, IReadOnlyList<RewrittenPack> Rewritten, long KeptObjects, long KeptBytes)
{
    /// <summary>The bytes that the sweep gives back, about.</summary>
    public long FreedBytes => Objects.Sum(o => o.LengthBytes) + Rewritten.Sum(r => r.LengthBytes - r.LiveBytes);
}

/// <summary>A pack that is mostly dead.</summary>
/// <param name="Name">Its object.</param>
/// <param name="LengthBytes">Its size.</param>
/// <param name="LiveBytes">The size of the records in it that are still referred to.</param>
public readonly record struct RewrittenPack(string Name, long LengthBytes, long LiveBytes);
