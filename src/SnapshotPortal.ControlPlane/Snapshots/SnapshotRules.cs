using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>What several operations on snapshots check alike.</summary>
internal static class SnapshotRules
{
    public static void RequireName(string? name)
    {
        if (name is { Length: > 0 } && !Names.IsSnapshotName(name)) throw new OperationException(SnapshotErrors.NameMalformed, "SnapshotName");
    }

    public static void RequireRetention(int? days)
    {
        if (days is < 1 or > 65536) throw new OperationException(SnapshotErrors.RetentionMalformed, "RetentionDays");
    }
}
