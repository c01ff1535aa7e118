using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>An image that is being written over a disk in parts, and which parts are safely there.</summary>
internal sealed class DiskUpload
{
    /// <summary>The size of a part: small enough to send again without regret, large enough that 2 TiB are a bitmap of 32 KiB.</summary>
    public const int PartBytes = 8 << 20;

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string DiskId { get; init; }

    public required string ZoneId { get; init; }

    public required string? FileName { get; init; }

    public required string? Fingerprint { get; init; }

    public required long LengthBytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DiskUploadStatus Status { get; set; }

    /// <summary>A bit for each part, the lowest first: set once the part is flushed in the pool.</summary>
    public required byte[] PartsDone { get; set; }

    public long BytesDone { get; private set; }

    public int PartCount => (int)((LengthBytes + PartBytes - 1) / PartBytes);

    public static long OffsetOf(int number) => (number - 1L) * PartBytes;

    public int LengthOf(int number) => (int)Math.Min(PartBytes, LengthBytes - OffsetOf(number));

    public bool Has(int number) => (PartsDone[(number - 1) / 8] & (1 << ((number - 1) % 8))) != 0;

    public IEnumerable<int> MissingParts() => Enumerable.Range(1, PartCount).Where(number => !Has(number));

    public void Add(int number)
    {
        if (Has(number)) return;
        var parts = PartsDone.ToArray(); // a new array: the change tracker compares references
        parts[(number - 1) / 8] |= (byte)(1 << ((number - 1) % 8));
        PartsDone = parts;
        BytesDone += LengthOf(number);
    }

    public static void Map(ModelBuilder builder) => builder.Entity<DiskUpload>(upload =>
    {
        upload.HasIndex(each => new { each.DiskId, each.Status });
        upload.HasOne<Disk>().WithMany().HasForeignKey(each => each.DiskId).OnDelete(DeleteBehavior.Cascade);
        upload.Property(each => each.Status).HasConversion<string>().HasMaxLength(16);
        upload.Ignore(each => each.PartCount);
    });
}

internal static class DiskUploadQueries
{
    public static async Task<DiskUpload> GetAsync(this IQueryable<DiskUpload> uploads, Caller caller, string id, CancellationToken cancel)
        => await uploads.SingleOrDefaultAsync(upload => upload.Id == id && upload.AccountId == caller.AccountId, cancel)
           ?? throw new OperationException(DiskErrors.UploadNotFound, "UploadId");
}
