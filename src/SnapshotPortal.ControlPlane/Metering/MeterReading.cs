using Microsoft.EntityFrameworkCore;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>What is metered apart.</summary>
public enum MeterKind
{
    /// <summary>What normal snapshots take in the store of their region.</summary>
    Normal,

    /// <summary>What local snapshots keep in the pools of their region.</summary>
    Local,
}

/// <summary>What the snapshots of an account took in an hour; a row each for account, region and kind.</summary>
internal sealed class MeterReading
{
    /// <summary>The account of what belongs to nobody: the store's own, garbage that is not swept yet.</summary>
    public const string Portal = "";

    /// <summary>When the hour began.</summary>
    public required DateTimeOffset Hour { get; init; }

    public required string AccountId { get; init; }

    public required string RegionId { get; init; }

    public required MeterKind Kind { get; init; }

    public required long Bytes { get; init; }

    public static void Map(ModelBuilder builder)
    {
        builder.Entity<MeterReading>(reading =>
        {
            reading.HasKey(each => new { each.AccountId, each.Hour, each.RegionId, each.Kind });
            reading.Property(each => each.Kind).HasConversion<string>().HasMaxLength(16);
            reading.HasIndex(each => each.Hour);
        });
        builder.Entity<MeteredHour>(hour => hour.HasKey(each => each.Hour));
    }
}

/// <summary>An hour that is metered, written together with its readings: it is metered once, or not at all yet.</summary>
internal sealed class MeteredHour
{
    public required DateTimeOffset Hour { get; init; }

    public required DateTimeOffset MeasuredAt { get; init; }
}
