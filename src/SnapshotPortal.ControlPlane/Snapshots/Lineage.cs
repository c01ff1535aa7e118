using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Stored content that a pool disk has grown from: what was written after that epoch of the pool disk is all that differs.</summary>
/// <param name="SnapshotId">The stored snapshot; null where nothing is known, so that the next snapshot is a full one.</param>
/// <param name="Epoch">The epoch of the pool disk that ended when it held exactly that.</param>
internal readonly record struct Lineage(string? SnapshotId, uint Epoch);

internal static class LineageQueries
{
    /// <summary>The newest stored content under the same key that a snapshot is known to have grown from: an earlier snapshot of the same body, or what that body began with.</summary>
    /// <remarks>Epochs count within a body: those of another cannot be compared, though both belonged to one disk.</remarks>
    public static async Task<Lineage> FindLineageAsync(this PortalDb db, Snapshot snapshot, CancellationToken cancel)
    {
        var stored = db.Snapshots.Where(each => each.Status == SnapshotStatus.Accomplished && !each.IsLocal && !each.IsDeleted && each.RegionId == snapshot.RegionId && each.KeyId == snapshot.KeyId);
        var own = await stored.Where(each => each.SourceDiskId == snapshot.SourceDiskId && each.Body == snapshot.Body && each.Epoch < snapshot.Epoch)
            .OrderByDescending(each => each.Epoch).Select(each => new { each.Id, each.Epoch }).FirstOrDefaultAsync(cancel);
        if (own is not null) return new(own.Id, own.Epoch);
        return snapshot.Lineage.SnapshotId is { } origin && await stored.AnyAsync(each => each.Id == origin, cancel) ? snapshot.Lineage : default;
    }

    /// <summary>What a pool disk that begins as a clone of a frozen snapshot has grown from.</summary>
    public static async Task<Lineage> LineageOfCloneAsync(this PortalDb db, Snapshot frozen, CancellationToken cancel)
        => frozen.IsLocal ? await db.FindLineageAsync(frozen, cancel) : new(frozen.Id, frozen.Epoch);
}
