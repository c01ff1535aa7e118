using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;

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

    public bool Encrypted { get; init; }

    public string? ClientToken { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }
}

/// <summary>The disk that is being made.</summary>
/// <param name="DiskId">The new disk.</param>
/// <param name="JobId">The job that copies the content of its snapshot, where there is one; the disk can be used at once.</param>
public sealed record CreateDiskResult(string DiskId, [property: PortalOnly] string? JobId);

internal sealed class CreateDiskHandler(PortalDb db, PortalOptions options, ZonePools pools, RegionRepositories repositories, JobQueue jobs, ResourceIds ids, TimeProvider time)
    : IHandler<CreateDisk, CreateDiskResult>
{
    public async Task<CreateDiskResult> RunAsync(CreateDisk request, Caller caller, CancellationToken cancel)
    {
        if (!options.Region(request.RegionId).Zones.Contains(request.ZoneId)) throw new OperationException(RegionErrors.ZoneNotFound, nameof(request.ZoneId));
        DiskRules.RequireName(request.DiskName);
        DiskRules.RequireDescription(request.Description, 400);
        if (request.Encrypted) throw new OperationException(DiskErrors.EncryptedUnsupported, nameof(request.Encrypted));
        var range = DiskRules.RequireCategory(request.DiskCategory, request.PerformanceLevel);
        var snapshot = request.SnapshotId is { Length: > 0 } snapshotId ? await db.Snapshots.GetAsync(caller, snapshotId, cancel) : null;
        var sizeGiB = SizeOf(request, snapshot);
        if (sizeGiB < range.SizeMin || sizeGiB > range.SizeMax)
            throw new OperationException(DiskErrors.SizeOutOfRange(range.SizeMin, range.SizeMax, range.CommonName), nameof(request.Size));

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
            SizeGiB = sizeGiB,
            Status = DiskStatus.Creating,
            CreatedAt = time.GetUtcNow(),
            SourceSnapshotId = snapshot?.Id,
        };
        db.Disks.Add(disk);
        db.AddTags(disk.AccountId, TaggedResources.Disk, disk.Id, request.Tag);
        Fill(disk, snapshot);
        return new(disk.Id, disk.JobId);
    }

    /// <summary>
    /// The pool's part comes before the commit: when it is refused (no space) there is no disk, and after a kill in
    /// between the start removes what no row names.
    /// </summary>
    private void Fill(Disk disk, Snapshot? snapshot)
    {
        var pool = pools[disk.ZoneId];
        if (snapshot is null)
        {
            pool.CreateDisk(disk.Id, disk.LengthBytes);
            disk.Status = DiskStatus.Available;
            return;
        }

        if (snapshot.RegionId != disk.RegionId) throw new OperationException(SnapshotErrors.NotFound, nameof(CreateDisk.SnapshotId));
        var isAtHand = snapshot.IsFrozen && snapshot.ZoneId == disk.ZoneId;
        if (snapshot.Status != SnapshotStatus.Accomplished && !(isAtHand && snapshot.IsAvailable)) throw new OperationException(SnapshotErrors.NotReady, nameof(CreateDisk.SnapshotId));
        if (isAtHand)
        {
            pool.CloneDisk(snapshot.Id, disk.Id, disk.LengthBytes);
            disk.BecomeAvailable(pool);
        }
        else
        {
            pool.CreateDiskOn(disk.Id, disk.LengthBytes, snapshot.Id, repositories.BaseOf(snapshot));
            disk.BecomeAvailable();
        }

        // A clone goes on from a disk that may not be whole itself.
        if (pool.FindDisk(disk.Id) is { BaseName: not null })
            disk.JobId = jobs.Add(db, JobKind.FillDisk, disk.AccountId, disk.Id, disk.Name, lane: null).Id;
    }

    /// <summary>Asked for less than the snapshot has: a normal snapshot's disk gets the snapshot's size (SPEC P6).</summary>
    private static int SizeOf(CreateDisk request, Snapshot? snapshot) => (request.Size, snapshot) switch
    {
        (null, null) => throw new OperationException(DiskErrors.SizeMissing, nameof(request.Size)),
        (null, not null) => snapshot.SourceDiskSizeGiB,
        ({ } size, null) => size,
        ({ } size, not null) => Math.Max(size, snapshot.SourceDiskSizeGiB),
    };
}
