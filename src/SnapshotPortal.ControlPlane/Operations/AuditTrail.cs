using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>
/// One line of the audit trail: who asked for which change, and what came of it. Lines are only ever added, and each holds the
/// hash of the one before, so that none can be changed, taken out or put in between without the chain showing it.
/// </summary>
internal sealed class AuditEntry : Paging.IPlaced
{
    public const string Success = "Success";

    /// <summary>The request id.</summary>
    public required string Id { get; init; }

    /// <summary>Its place in the chain, from 1; given by <see cref="AuditTrail.AddAsync"/>.</summary>
    public long Sequence { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string AccountId { get; init; }

    public required string UserId { get; init; }

    public required CallerSource Source { get; init; }

    public required string Operation { get; init; }

    public required string? ResourceId { get; init; }

    /// <summary><see cref="Success"/> or an error code.</summary>
    public required string Outcome { get; init; }

    /// <summary>The <see cref="Hash"/> of the line before; zeroes before the first.</summary>
    public string PreviousHash { get; set; } = "";

    /// <summary>SHA-256 over the previous hash and everything in this line.</summary>
    public string Hash { get; set; } = "";

    /// <summary>The hash that the line has to have. Fields end with a unit separator, which no id or code contains.</summary>
    public string ComputeHash()
    {
        string?[] fields =
        [
            PreviousHash, Sequence.ToString(CultureInfo.InvariantCulture), Id, CreatedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            AccountId, UserId, Source.ToString(), Operation, ResourceId is null ? "-" : "+" + ResourceId, Outcome,
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field + "\u001f")))));
    }

    public static void Map(ModelBuilder builder)
    {
        builder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("AuditTrail");
            entry.Property(each => each.Source).HasConversion<string>().HasMaxLength(16);
            entry.HasIndex(each => each.Sequence);
            entry.HasIndex(each => new { each.AccountId, each.CreatedAt });
            entry.HasIndex(each => new { each.ResourceId, each.CreatedAt });
            entry.HasIndex(each => each.CreatedAt);
        });
        builder.Entity<AuditHead>(head => head.Property(each => each.Id).ValueGeneratedNever());
    }
}

/// <summary>Where the chain ends: one row, so that lines taken off the end are missed as well.</summary>
internal sealed class AuditHead
{
    public required int Id { get; init; }

    public required long Sequence { get; set; }

    public required string Hash { get; set; }
}

/// <summary>Adds lines to the trail.</summary>
internal static class AuditTrail
{
    private const string NoUpdate = "CREATE TRIGGER IF NOT EXISTS AuditTrailKeepsUPDATE BEFORE UPDATE ON AuditTrail BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END";
    private const string NoDelete = "CREATE TRIGGER IF NOT EXISTS AuditTrailKeepsDELETE BEFORE DELETE ON AuditTrail BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END";

    /// <summary>What the first line follows.</summary>
    public static readonly string Origin = new('0', 64);

    /// <summary>Adds a line at the end of the chain; within a write, so that no other takes the same place.</summary>
    public static async Task AddAsync(PortalDb db, AuditEntry entry, CancellationToken cancel)
    {
        var head = await db.AuditHeads.SingleOrDefaultAsync(cancel);
        if (head is null) db.AuditHeads.Add(head = new() { Id = 1, Sequence = 0, Hash = Origin });
        Chain(entry, head);
        db.AuditTrail.Add(entry);
    }

    /// <summary>Makes the table refuse changes. Here and not in a migration, because one that rebuilds the table would drop the triggers.</summary>
    public static async Task PrepareAsync(PortalDb db, CancellationToken cancel)
    {
        await SealAsync(db, cancel);
        await db.Database.ExecuteSqlRawAsync(NoUpdate, cancel);
        await db.Database.ExecuteSqlRawAsync(NoDelete, cancel);
    }

    /// <summary>Chains what was written before there was a chain.</summary>
    private static async Task SealAsync(PortalDb db, CancellationToken cancel)
    {
        await using var write = await db.BeginWriteAsync(cancel);
        if (await db.AuditHeads.AnyAsync(cancel) || await db.AuditTrail.AnyAsync(entry => entry.Hash != "", cancel)) return;
        var head = new AuditHead { Id = 1, Sequence = 0, Hash = Origin };
        foreach (var entry in await db.AuditTrail.OrderBy(entry => entry.CreatedAt).ThenBy(entry => entry.Id).ToListAsync(cancel)) Chain(entry, head);
        db.AuditHeads.Add(head);
        await write.CommitAsync();
    }

    private static void Chain(AuditEntry entry, AuditHead head)
    {
        entry.Sequence = head.Sequence + 1;
        entry.PreviousHash = head.Hash;
        entry.Hash = entry.ComputeHash();
        (head.Sequence, head.Hash) = (entry.Sequence, entry.Hash);
    }
}
