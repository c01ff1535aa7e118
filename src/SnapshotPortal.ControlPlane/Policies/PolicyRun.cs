using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>One run of a policy on one disk.</summary>
/// <remarks>
/// Waiting → Running, in the write that makes the snapshot, or → Skipped or Failed with the reason; Running → Done or Failed,
/// in the write that ends the snapshot. One that is Waiting after a kill goes on; its snapshot cannot be made twice.
/// </remarks>
internal sealed class PolicyRun : IAnnounced, Paging.IPlaced
{
    /// <summary>A run that begins later than this after its slot makes up for a missed one, and says so.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(5);

    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string PolicyId { get; init; }

    /// <summary>Not a reference: what happened stays told when the disk is gone.</summary>
    public required string DiskId { get; init; }

    /// <summary>The slot; of a run that makes up for several the last.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The first slot that it makes up for.</summary>
    public required DateTimeOffset FirstDueAt { get; init; }

    /// <summary>How many slots were missed that it makes up for.</summary>
    public required int MissedCount { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public required PolicyRunStatus Status { get; set; }

    public string? SnapshotId { get; set; }

    /// <summary>Why it was skipped or has failed.</summary>
    public string? ReasonCode { get; set; }

    public string? Reason { get; set; }

    public Change ToChange() => new(AccountId, ResourceKind.Policy, PolicyId);

    public void End(PolicyRunStatus status, string? code, string? reason, DateTimeOffset now)
        => (Status, ReasonCode, Reason, EndedAt) = (status, code, reason, now);

    /// <summary>Has the run that made a snapshot say what became of that. Within the write that ends it, or takes it up again.</summary>
    public static async Task FollowAsync(PortalDb db, Snapshot snapshot, OperationError? error, DateTimeOffset now)
    {
        if (!snapshot.IsAutomatic || await db.PolicyRuns.SingleOrDefaultAsync(each => each.SnapshotId == snapshot.Id) is not { } run) return;
        if (snapshot.Status == SnapshotStatus.Progressing) (run.Status, run.ReasonCode, run.Reason, run.EndedAt) = (PolicyRunStatus.Running, null, null, null);
        else if (snapshot.Status == SnapshotStatus.Accomplished) run.End(PolicyRunStatus.Done, null, null, now);
        else run.End(PolicyRunStatus.Failed, error?.Code, error?.Message, now);
    }

    public static void Map(ModelBuilder builder) => builder.Entity<PolicyRun>(run =>
    {
        run.HasIndex(each => new { each.PolicyId, each.DiskId, each.DueAt }).IsUnique();
        run.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
        run.HasIndex(each => new { each.Status, each.CreatedAt });
        run.HasIndex(each => each.SnapshotId);
        run.HasIndex(each => new { each.DiskId, each.CreatedAt });
        run.HasOne<Account>().WithMany().HasForeignKey(each => each.AccountId);
        run.HasOne<AutoSnapshotPolicy>().WithMany().HasForeignKey(each => each.PolicyId);
        run.Property(each => each.Status).HasConversion<string>().HasMaxLength(16);
    });
}
