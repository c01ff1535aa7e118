using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Which disks of the caller's account would lose more than they should, judged by the age of each disk's newest accomplished normal snapshot: a local one goes with the pool that the disk lies in.</summary>
[PortalOnly]
public sealed record DescribeProtection : IOperation<DescribeProtectionResult>
{
    /// <summary>How many disks to tell of; all are counted.</summary>
    public int DisksMax { get; init; } = 20;
}

/// <summary>The alarm.</summary>
/// <param name="DiskCount">How many disks hold content.</param>
/// <param name="UnprotectedCount">How many of those have no accomplished normal snapshot.</param>
/// <param name="BehindCount">How many have one that is older than their policies promise.</param>
/// <param name="WithoutPolicyCount">How many have no enabled policy; no alarm by itself.</param>
/// <param name="Disks">Those in danger, the worst first: without any, then by age.</param>
public sealed record DescribeProtectionResult(int DiskCount, int UnprotectedCount, int BehindCount, int WithoutPolicyCount, IReadOnlyList<DiskProtectionInfo> Disks);

/// <summary>A disk in danger.</summary>
/// <param name="DiskId">Which.</param>
/// <param name="DiskName">Empty where it has none.</param>
/// <param name="NewestTime">When its newest accomplished snapshot was frozen; null: there is none.</param>
/// <param name="DueTime">Since when its policies promise a newer one; null: they do not.</param>
/// <param name="IsBeingMade">Whether one is being uploaded now.</param>
public sealed record DiskProtectionInfo(string DiskId, string DiskName, DateTimeOffset? NewestTime, DateTimeOffset? DueTime, bool IsBeingMade);

internal sealed class DescribeProtectionHandler(PortalDb db, TimeProvider time) : IHandler<DescribeProtection, DescribeProtectionResult>
{
    /// <summary>How long after a slot its snapshot may take to be accomplished before that is an alarm.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public async Task<DescribeProtectionResult> RunAsync(DescribeProtection request, Caller caller, CancellationToken cancel)
    {
        // What was never written has nothing to lose.
        var disks = await db.Disks.AsNoTracking().OwnedBy(caller).Where(disk => disk.HasBeenUsed).ToListAsync(cancel);
        var newest = await db.Snapshots.OwnedBy(caller).Where(snapshot => !snapshot.IsLocal && snapshot.Status == SnapshotStatus.Accomplished)
            .GroupBy(snapshot => snapshot.SourceDiskId).Select(group => new { group.Key, At = group.Max(snapshot => snapshot.CreatedAt) }).ToDictionaryAsync(group => group.Key, group => group.At, cancel);
        var making = await db.Snapshots.OwnedBy(caller).Where(snapshot => !snapshot.IsLocal && snapshot.Status == SnapshotStatus.Progressing).Select(snapshot => snapshot.SourceDiskId).Distinct().ToHashSetAsync(cancel);
        var policies = await db.Policies.AsNoTracking().OwnedBy(caller).Where(policy => policy.IsEnabled).ToDictionaryAsync(policy => policy.Id, cancel);
        var applied = (await db.PolicyDisks.AsNoTracking().Where(each => each.AccountId == caller.AccountId).ToListAsync(cancel))
            .Where(each => policies.ContainsKey(each.PolicyId)).ToLookup(each => each.DiskId, StringComparer.Ordinal);
        var lastDue = LastDue(policies.Values);

        List<DiskProtectionInfo> endangered = [];
        foreach (var disk in disks)
        {
            DateTimeOffset? at = newest.TryGetValue(disk.Id, out var frozen) ? frozen : null;
            var due = DueOf(disk, applied[disk.Id], lastDue);
            if (at is null || at < due) endangered.Add(new(disk.Id, disk.Name, at, at < due ? due : null, making.Contains(disk.Id)));
        }

        var unprotected = endangered.Count(each => each.NewestTime is null);
        var worst = endangered.OrderBy(each => each.NewestTime ?? DateTimeOffset.MinValue).ThenBy(each => each.DiskId, StringComparer.Ordinal).Take(Math.Clamp(request.DisksMax, 0, 100));
        return new(disks.Count, unprotected, endangered.Count - unprotected, disks.Count(disk => !applied[disk.Id].Any()), [.. worst]);
    }

    /// <summary>The last slot of each policy by which a snapshot should have been accomplished.</summary>
    private Dictionary<string, DateTimeOffset> LastDue(IEnumerable<AutoSnapshotPolicy> policies)
        => policies.ToDictionary(policy => policy.Id, policy => policy.Schedule.LastUntil(time.GetUtcNow() - Patience), StringComparer.Ordinal);

    /// <summary>Since when a newer snapshot is promised. The policies of a detached disk pause: nothing is written to it.</summary>
    private static DateTimeOffset? DueOf(Disk disk, IEnumerable<PolicyDisk> applied, Dictionary<string, DateTimeOffset> lastDue)
        => disk.Status == DiskStatus.Available
            ? null
            : applied.Select(each => lastDue[each.PolicyId] > each.AppliedAt ? lastDue[each.PolicyId] : (DateTimeOffset?)null).Max();
}
