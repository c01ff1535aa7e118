using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Something that was done about a store by an administrator, and what came of it: kept, so that one sees when it was last looked for damage.</summary>
internal sealed class StoreCheck : IAnnounced, Paging.IPlaced
{
    /// <summary>Findings that are kept; of more only the number is.</summary>
    private const int FindingsMax = 500;

    public required string Id { get; init; }

    /// <summary>What is done; a kind that <see cref="StoreOperations"/> registers.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>The region of a repository, the zone of a pool; empty where it is about all.</summary>
    public required string StoreId { get; init; }

    /// <summary>Only this snapshot.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>The share of the content that is read.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Which content a smaller share falls on.</summary>
    public int Seed { get; init; }

    /// <summary>The account that adopts.</summary>
    public string? AccountId { get; init; }

    /// <summary>Only to tell what would be done.</summary>
    public bool IsDryRun { get; init; }

    public required string JobId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Null while it is not known: before its end, or when it failed.</summary>
    public bool? IsSound { get; set; }

    public long CheckedBytes { get; set; }

    public long TotalBytes { get; set; }

    /// <summary>What was given back, or would be.</summary>
    public long FreedBytes { get; set; }

    public List<string> Findings { get; set; } = [];

    public int FindingCount { get; set; }

    /// <summary>Why it ended without a result.</summary>
    public string? ErrorMessage { get; set; }

    public Change ToChange() => new("", ResourceKind.Store, StoreId);

    public void End(StoreResult result, DateTimeOffset now)
    {
        (IsSound, CheckedBytes, TotalBytes, FreedBytes, FindingCount, FinishedAt) = (result.IsSound, result.CheckedBytes, result.TotalBytes, result.FreedBytes, result.Findings.Count, now);
        Findings = [.. result.Findings.Take(FindingsMax)];
    }

    public static void Map(ModelBuilder builder) => builder.Entity<StoreCheck>(check =>
    {
        check.HasIndex(each => new { each.StoreId, each.CreatedAt });
        check.Property(each => each.Kind).HasConversion<string>().HasMaxLength(32);
    });
}

/// <summary>What came of looking at a store, or of changing it.</summary>
internal sealed record StoreResult(bool IsSound, IReadOnlyList<string> Findings)
{
    public long CheckedBytes { get; init; }

    public long TotalBytes { get; init; }

    public long FreedBytes { get; init; }
}
