using Microsoft.EntityFrameworkCore;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>Prices from an hour on, until the next version. They are never changed once they hold, so an hour's price stays what it was.</summary>
internal sealed class PriceVersion
{
    public required string Id { get; init; }

    /// <summary>The first hour that they hold for.</summary>
    public required DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>Of a GiB of normal snapshots for a month of 720 hours.</summary>
    public required decimal NormalPerGiBMonth { get; init; }

    /// <summary>Of a GiB of local snapshots for a month of 720 hours.</summary>
    public required decimal LocalPerGiBMonth { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<PriceVersion>(price => price.HasIndex(each => each.EffectiveFrom).IsUnique());
}

/// <summary>All versions, and which holds when.</summary>
internal sealed class PriceList(IEnumerable<PriceVersion> versions)
{
    /// <summary>ECS's published example (SPEC 5), until an administrator says otherwise; local snapshots keep faster storage.</summary>
    public static readonly PriceVersion Initial = new()
    {
        Id = "pr-initial",
        EffectiveFrom = DateTimeOffset.UnixEpoch,
        NormalPerGiBMonth = 0.02m,
        LocalPerGiBMonth = 0.10m,
        CreatedBy = "",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private readonly PriceVersion[] newestFirst = [.. versions.OrderByDescending(each => each.EffectiveFrom), Initial];

    public IReadOnlyList<PriceVersion> NewestFirst => newestFirst;

    public PriceVersion At(DateTimeOffset hour) => newestFirst.First(each => each.EffectiveFrom <= hour);

    public decimal PerGiBMonthAt(DateTimeOffset hour, MeterKind kind) => kind == MeterKind.Local ? At(hour).LocalPerGiBMonth : At(hour).NormalPerGiBMonth;

    public static async Task<PriceList> ReadAsync(Data.PortalDb db, CancellationToken cancel) => new(await db.PriceVersions.AsNoTracking().ToListAsync(cancel));
}
