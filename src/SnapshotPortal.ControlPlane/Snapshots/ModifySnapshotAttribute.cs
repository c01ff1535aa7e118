using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Changes what people call a snapshot, or keeps it longer; null leaves a member as it is.</summary>
public sealed record ModifySnapshotAttribute(string SnapshotId) : IOperation<Done>
{
    public string? SnapshotName { get; init; }

    public string? Description { get; init; }

    /// <summary>Counted from creation; it may only grow.</summary>
    public int? RetentionDays { get; init; }
}

internal sealed class ModifySnapshotAttributeHandler(PortalDb db, TimeProvider time) : IHandler<ModifySnapshotAttribute, Done>
{
    public async Task<Done> RunAsync(ModifySnapshotAttribute request, Caller caller, CancellationToken cancel)
    {
        if (request is { SnapshotName: null, Description: null, RetentionDays: null }) throw new OperationException(SnapshotErrors.NothingToModify);
        SnapshotRules.RequireName(request.SnapshotName);
        if (request.Description is { } text && !Names.IsDescription(text, lengthMin: 0)) throw new OperationException(SnapshotErrors.DescriptionMalformed, nameof(request.Description));
        SnapshotRules.RequireRetention(request.RetentionDays);
        var snapshot = await db.Snapshots.GetAsync(caller, request.SnapshotId, cancel);

        // Kept for ever is the longest of all.
        if (request.RetentionDays is { } days && days != snapshot.RetentionDays && (snapshot.RetentionDays is null || days < snapshot.RetentionDays))
            throw new OperationException(SnapshotErrors.RetentionDecreased, nameof(request.RetentionDays));
        snapshot.Name = request.SnapshotName ?? snapshot.Name;
        snapshot.Description = request.Description ?? snapshot.Description;
        snapshot.RetentionDays = request.RetentionDays ?? snapshot.RetentionDays;
        snapshot.ModifiedAt = time.GetUtcNow();
        return Done.Instance;
    }
}
