using System.Globalization;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>What a stored snapshot says of itself beside its content, so that a portal without the row can show it as it was (docs/format-repository.md, Labels).</summary>
internal static class SnapshotLabels
{
    private const string Name = "name", Created = "created", Category = "category";

    public static Dictionary<string, string> Of(Snapshot snapshot)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Created] = snapshot.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
            [Category] = snapshot.SourceDiskCategory,
        };
        if (snapshot.Name.Length > 0) labels[Name] = snapshot.Name;
        return labels;
    }

    public static string NameOf(StoredSnapshotInfo stored) => stored.Labels.GetValueOrDefault(Name) is { } name && Operations.Names.IsSnapshotName(name) ? name : "";

    /// <summary>When its content was frozen; where it does not say so, when its upload was completed.</summary>
    public static DateTimeOffset CreatedOf(StoredSnapshotInfo stored)
        => DateTimeOffset.TryParseExact(stored.Labels.GetValueOrDefault(Created), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var created) ? created : stored.CreatedAt;

    public static string CategoryOf(StoredSnapshotInfo stored)
        => stored.Labels.GetValueOrDefault(Category) is { } category && DiskCategories.All.Any(each => each.Category == category) ? category : DiskCategories.Essd;
}
