using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;
using SnapshotPortal.Engine.Crypto;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Makes a disk in a zone: empty, or with the content of a snapshot.</summary>
public sealed record CreateDisk(string RegionId, string ZoneId) : IOperation<CreateDiskResult>, IRepeatableOperation
{
    public string? DiskName { get; init; }

    public string? Description { get; init; }

    /// <summary>As <c>cloud_essd</c>; <c>cloud</c> where not given.</summary>
    public string? DiskCategory { get; init; }

    /// <summary><c>PL0</c>…<c>PL3</c>, only for <c>cloud_essd</c>; <c>PL1</c> where not given.</summary>
    public string? PerformanceLevel { get; init; }

    /// <summary>In GiB; where a snapshot is given, its size by default.</summary>
    public int? Size { get; init; }

    public string? SnapshotId { get; init; }

    /// <summary>Only for <c>cloud_auto</c>: requests per second beyond its baseline.</summary>
    public int? ProvisionedIops { get; init; }

    /// <summary>Whether what is stored of it is encrypted; a disk of an encrypted snapshot always is (SPEC P22).</summary>
    public bool Encrypted { get; init; }

    /// <summary>The service key of the region, which is also taken where nothing is given.</summary>
    public string? KMSKeyId { get; init; }

    /// <summary>Whether machines will boot from it: its snapshots can become images.</summary>
    [PortalOnly]
    public bool IsSystem { get; init; }

    public string? ClientToken { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }
}

/// <summary>The disk that is being made.</summary>
/// <param name="DiskId">The new disk.</param>
/// <param name="JobId">The job that copies the content of its snapshot, where there is one; the disk can be used at once.</param>
public sealed record CreateDiskResult(string DiskId, [property: PortalOnly] string? JobId);

internal sealed class CreateDiskHandler(PortalDb db, PortalOptions options, DiskBodies bodies, DiskKeys keys, ResourceIds ids, TimeProvider time)
    : IHandler<CreateDisk, CreateDiskResult>
{
    public async Task<CreateDiskResult> RunAsync(CreateDisk request, Caller caller, CancellationToken cancel)
    {
        if (!options.Region(request.RegionId).Zones.Contains(request.ZoneId)) throw new OperationException(RegionErrors.ZoneNotFound, nameof(request.ZoneId));
        DiskRules.RequireName(request.DiskName);
        DiskRules.RequireDescription(request.Description, 400);
        var range = DiskRules.RequireCategory(request.DiskCategory, request.PerformanceLevel);
        var snapshot = request.SnapshotId is { Length: > 0 } snapshotId ? await db.Snapshots.GetAsync(caller, snapshotId, cancel) : null;
        if (snapshot is not null) RequireUsable(request, snapshot, range);
        var sizeGiB = SizeOf(request, snapshot);
        if (sizeGiB < range.SizeMin || sizeGiB > range.SizeMax)
            throw new OperationException(DiskErrors.SizeOutOfRange(range.SizeMin, range.SizeMax, range.CommonName), nameof(request.Size));
        DiskRules.RequireProvisionedIops(range.Category, request.ProvisionedIops, sizeGiB);
        var key = await KeyForAsync(request, snapshot, caller, cancel);

        var disk = new Disk
        {
            Id = ids.New("d"),
            AccountId = caller.AccountId,
            RegionId = request.RegionId,
            ZoneId = request.ZoneId,
            Name = request.DiskName ?? "",
            Description = request.Description ?? "",
            Category = range.Category,
            PerformanceLevel = range.PerformanceLevel,
            ProvisionedIops = request.ProvisionedIops,
            SizeGiB = sizeGiB,
            Status = DiskStatus.Creating,
            CreatedAt = time.GetUtcNow(),
            SourceSnapshotId = snapshot?.Id,
            KeyId = key?.Id,
            IsSystem = request.IsSystem,
        };
        db.Disks.Add(disk);
        db.AddTags(disk.AccountId, TaggedResources.Disk, disk.Id, request.Tag);
        await bodies.GiveAsync(disk, disk.Id, snapshot, cancel);
        disk.Status = DiskStatus.Available;
        return new(disk.Id, disk.JobId);
    }

    /// <summary>The key of its snapshot, a new one where it is to be encrypted, or null.</summary>
    private async Task<DataKey?> KeyForAsync(CreateDisk request, Snapshot? snapshot, Caller caller, CancellationToken cancel)
    {
        var isGiven = request.KMSKeyId is { Length: > 0 };
        var isKnown = !isGiven || request.KMSKeyId == DiskKeys.ServiceKeyOf(request.RegionId);
        if (snapshot?.KeyId is { } of) return isKnown ? await keys.FindAsync(db, of, cancel) : throw new OperationException(DiskErrors.KeyNotOfSnapshot, nameof(request.KMSKeyId));
        if (!request.Encrypted) return isGiven ? throw new OperationException(DiskErrors.KeyWithoutEncryption, nameof(request.KMSKeyId)) : null;
        if (!isKnown) throw new OperationException(DiskErrors.KeyUnknown, nameof(request.KMSKeyId));
        return keys.Ring is null ? throw new OperationException(DiskErrors.EncryptedUnsupported, nameof(request.Encrypted)) : keys.Create(db, caller.AccountId);
    }

    private static void RequireUsable(CreateDisk request, Snapshot snapshot, DiskSizeRange range)
    {
        if (snapshot.RegionId != request.RegionId) throw new OperationException(SnapshotErrors.NotFound, nameof(request.SnapshotId));
        var isAtHand = DiskBodies.IsAtHand(snapshot, request.ZoneId, encrypts: request.Encrypted);
        if (snapshot.IsLocal)
        {
            if (request.Encrypted) throw new OperationException(DiskErrors.LocalNotToEncrypt, nameof(request.Encrypted));
            if (!isAtHand) throw new OperationException(SnapshotErrors.LocalElsewhere(snapshot.ZoneId), nameof(request.ZoneId));
            if (!DiskCategories.IsEssdFamily(range.Category)) throw new OperationException(DiskErrors.CategoryNotForLocal, nameof(request.DiskCategory));
            if (request.Size < snapshot.SourceDiskSizeGiB) throw new OperationException(DiskErrors.SizeBelowLocal(snapshot.SourceDiskSizeGiB), nameof(request.Size));
        }

        if (snapshot.Status != SnapshotStatus.Accomplished && !(isAtHand && snapshot.IsAvailable)) throw new OperationException(SnapshotErrors.NotReady, nameof(request.SnapshotId));
    }

    /// <summary>Asked for less than a normal snapshot has: the disk gets the snapshot's size (SPEC P6).</summary>
    private static int SizeOf(CreateDisk request, Snapshot? snapshot) => (request.Size, snapshot) switch
    {
        (null, null) => throw new OperationException(DiskErrors.SizeMissing, nameof(request.Size)),
        (null, not null) => snapshot.SourceDiskSizeGiB,
        ({ } size, null) => size,
        ({ } size, not null) => Math.Max(size, snapshot.SourceDiskSizeGiB),
    };
}
