using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>Makes an image of an instance, of several snapshots or of one snapshot of a system disk, whichever is given first in this order. Nothing is copied.</summary>
public sealed record CreateImage(string RegionId) : IOperation<CreateImageResult>, IRepeatableOperation
{
    /// <summary>Unique in account and region; the image's id where not given.</summary>
    public string? ImageName { get; init; }

    public string? Description { get; init; }

    public string? ImageFamily { get; init; }

    public string? ImageVersion { get; init; }

    public string? Platform { get; init; }

    /// <summary><c>x86_64</c> where not given.</summary>
    public string? Architecture { get; init; }

    public string? BootMode { get; init; }

    /// <summary>All disks of this instance are snapshotted now.</summary>
    public string? InstanceId { get; init; }

    public IReadOnlyList<DiskDeviceMappingRequest>? DiskDeviceMapping { get; init; }

    public string? SnapshotId { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    public bool DryRun { get; init; }

    public string? ClientToken { get; init; }
}

/// <summary>A disk of a new image.</summary>
public sealed record DiskDeviceMappingRequest
{
    public string? SnapshotId { get; init; }

    /// <summary>In GiB; the snapshot's, or 20 without one, where not given.</summary>
    public int? Size { get; init; }

    /// <summary>As <c>/dev/xvdb</c>; the first free one where not given. A system disk is always <c>/dev/xvda</c>.</summary>
    public string? Device { get; init; }

    /// <summary><c>system</c> or <c>data</c>, as the snapshot's disk was.</summary>
    public string? DiskType { get; init; }
}

public sealed record CreateImageResult(string ImageId);

internal sealed class CreateImageHandler(PortalDb db, PortalOptions options, AccountQuotas quotas, ImageSources sources, ResourceIds ids, TimeProvider time) : IHandler<CreateImage, CreateImageResult>
{
    public async Task<CreateImageResult> RunAsync(CreateImage request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        Check(request);
        var id = ids.New("m");
        var name = string.IsNullOrEmpty(request.ImageName) ? id : request.ImageName;
        await db.RequireFreeNameAsync(caller.AccountId, region.RegionId, name, cancel);
        var limit = await quotas.LimitAsync(caller.AccountId, QuotaKind.ImagesPerRegion, cancel);
        if (await db.Images.CountAsync(image => image.AccountId == caller.AccountId && image.RegionId == region.RegionId, cancel) >= limit)
            throw new OperationException(ImageErrors.Quota(limit));

        var image = new Image
        {
            Id = id,
            AccountId = caller.AccountId,
            RegionId = region.RegionId,
            Name = name,
            Description = request.Description ?? "",
            Family = request.ImageFamily ?? "",
            ImageVersion = request.ImageVersion ?? "",
            Platform = string.IsNullOrEmpty(request.Platform) ? "Others Linux" : request.Platform,
            Architecture = string.IsNullOrEmpty(request.Architecture) ? "x86_64" : request.Architecture,
            BootMode = string.IsNullOrEmpty(request.BootMode) ? "UEFI-Preferred" : request.BootMode,
            CreatedAt = time.GetUtcNow(),
        };
        if (request.DryRun && !string.IsNullOrEmpty(request.InstanceId)) throw new OperationException(OperationErrors.DryRun); // nothing is frozen for a rehearsal
        image.Disks.AddRange(await sources.DisksAsync(request, id, caller, cancel));
        db.Images.Add(image);
        db.AddTags(image.AccountId, TaggedResources.Image, image.Id, request.Tag);
        await AnnounceSnapshotsAsync(image, cancel);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return new(id);
    }

    private static void Check(CreateImage request)
    {
        ImageRules.RequireName(request.ImageName);
        ImageRules.RequireFamily(request.ImageFamily);
        ImageRules.RequireDescription(request.Description);
        ImageRules.RequireBootMode(request.BootMode);
        if (request.ImageVersion is { Length: > 40 }) throw new OperationException(ImageErrors.VersionMalformed, nameof(request.ImageVersion));
        if (request.Platform is { Length: > 64 }) throw new OperationException(ImageErrors.PlatformMalformed, nameof(request.Platform));
        if (request.Architecture is { Length: > 0 } architecture && !ImageRules.IsArchitecture(architecture)) throw new OperationException(ImageErrors.ArchitectureUnknown, nameof(request.Architecture));
    }

    /// <summary>Who shows a snapshot shows whether an image uses it.</summary>
    private async Task AnnounceSnapshotsAsync(Image image, CancellationToken cancel)
    {
        var used = image.Disks.ConvertAll(disk => disk.SnapshotId);
        foreach (var snapshot in await db.Snapshots.Where(snapshot => used.Contains(snapshot.Id)).ToListAsync(cancel)) db.Announce(snapshot);
    }
}
