namespace SnapshotPortal.Engine.Repositories;

/// <summary>What a sweep would delete: objects that no snapshot refers to. Printable as a dry run.</summary>
/// <param name="Objects">The objects to delete, in ordinal order of their names.</param>
/// <param name="KeptObjects">How many packs stay.</param>
/// <param name="KeptBytes">The size of the packs that stay.</param>
public sealed record SweepPlan(IReadOnlyList<Objects.StoredObject> Objects, long KeptObjects, long KeptBytes)
{
    /// <summary>The bytes that the sweep gives back.</summary>
    public long FreedBytes => Objects.Sum(o => o.LengthBytes);
}
