using System.Globalization;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.Web.Snapshots;

/// <summary>Which snapshots the list shows, as its address says: search, status, kind and order. The page and its CSV have the same.</summary>
/// <param name="Search">A part of the id or name, or of the id of the disk.</param>
/// <param name="Status">One of <see cref="SnapshotStatus"/>.</param>
/// <param name="Kind">One of <see cref="SnapshotCategory"/>.</param>
/// <param name="Sort">As the heads of the columns name the orders.</param>
public sealed record SnapshotsQuery(string? Search, string? Status, string? Kind, string? Sort)
{
    public bool IsFiltered => !string.IsNullOrEmpty(Search) || !string.IsNullOrEmpty(Status) || !string.IsNullOrEmpty(Kind);

    public DescribeSnapshots ToOperation(int page, int rows) => new()
    {
        Search = Search,
        Status = string.IsNullOrEmpty(Status) ? null : Status,
        Category = string.IsNullOrEmpty(Kind) ? null : Kind,
        Order = Sort switch
        {
            "oldest" => SnapshotOrder.Oldest,
            "name" => SnapshotOrder.Name,
            "name-desc" => SnapshotOrder.NameDescending,
            "stored" => SnapshotOrder.StoredBytes,
            "stored-desc" => SnapshotOrder.StoredBytesDescending,
            _ => SnapshotOrder.Newest,
        },
        PageNumber = Math.Max(1, page),
        PageSize = rows,
    };

    public string Page(string account, int page = 1) => Address(PortalUrls.Snapshots(account), page);

    public string Csv(string account) => Address(PortalUrls.SnapshotsCsv(account), 1);

    private string Address(string path, int page) => PortalUrls.With(
        path, ("q", Search), ("status", Status), ("kind", Kind), ("sort", Sort), ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));
}
