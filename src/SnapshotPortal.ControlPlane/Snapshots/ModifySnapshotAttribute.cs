using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Changes what people call a snapshot, keeps it longer, or makes a normal one of a local one; null leaves a member as it is.</summary>
public sealed record ModifySnapshotAttribute(string SnapshotId) : IOperation<Done>
{
    public string? SnapshotName { get; init; }

    public string? Description { get; init; }

    /// <summary>Counted from creation; it may only grow.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>True: what a local snapshot holds is uploaded, and then it is a normal one (SPEC 2.5).</summary>
    public bool? DisableInstantAccess { get; init; }
}

internal sealed class ModifySnapshotAttributeHandler(PortalDb db, AccountQuotas quotas, JobQueue jobs, TimeProvider time) : IHandler<ModifySnapshotAttribute, Done>
{
    public async Task<Done> RunAsync(ModifySnapshotAttribute request, Caller caller, CancellationToken cancel)
    {
        if (request is { SnapshotName: null, Description: null, RetentionDays: null, DisableInstantAccess: not true }) throw new OperationException(SnapshotErrors.NothingToModify);
        SnapshotRules.RequireName(request.SnapshotName);
        if (request.Description is { } text && !Names.IsDescription(text, lengthMin: 0)) throw new OperationException(SnapshotErrors.DescriptionMalformed, nameof(request.Description));
        SnapshotRules.RequireRetention(request.RetentionDays);
        var snapshot = await db.Snapshots.GetAsync(caller, request.SnapshotId, cancel);

        // Kept for ever is the longest of all.
        if (request.RetentionDays is { } days && days != snapshot.RetentionDays && (snapshot.RetentionDays is null || days < snapshot.RetentionDays))
            throw new OperationException(SnapshotErrors.RetentionDecreased, nameof(request.RetentionDays));
        if (request.DisableInstantAccess == true && snapshot.IsLocal) await MakeNormalAsync(snapshot, cancel);
        snapshot.Name = request.SnapshotName ?? snapshot.Name;
        snapshot.Description = request.Description ?? snapshot.Description;
        snapshot.RetentionDays = request.RetentionDays ?? snapshot.RetentionDays;
        snapshot.ModifiedAt = time.GetUtcNow();
        return Done.Instance;
    }

    private async Task MakeNormalAsync(Snapshot local, CancellationToken cancel)
    {
        if (local.Status != SnapshotStatus.Accomplished) throw new OperationException(SnapshotErrors.NotReady with { HttpStatus = 400 }, nameof(ModifySnapshotAttribute.SnapshotId));
        var limit = await quotas.LimitAsync(local.AccountId, QuotaKind.ManualSnapshotsPerDisk, cancel);
        if (await db.Snapshots.CountAsync(each => each.SourceDiskId == local.SourceDiskId && !each.IsDeleted && !each.IsLocal, cancel) >= limit)
            throw new OperationException(SnapshotErrors.Quota(limit), nameof(ModifySnapshotAttribute.SnapshotId));
        UploadSnapshot.Begin(db, jobs, local);
    }
}
