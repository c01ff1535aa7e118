using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>
/// Begins a run that waits: makes room, creates the snapshot and says so in the run, in one write. So a run that waits has no
/// snapshot, and one that was begun is not begun again.
/// </summary>
[PortalOnly]
internal sealed record TakePolicySnapshot(string RunId) : IOperation<Done>;

internal sealed class TakePolicySnapshotHandler(
    PortalDb db, AccountQuotas quotas, ZonePools pools, CreateSnapshotHandler create, DeleteSnapshotHandler delete, TimeProvider time)
    : IHandler<TakePolicySnapshot, Done>
{
    public async Task<Done> RunAsync(TakePolicySnapshot request, Caller caller, CancellationToken cancel)
    {
        if (await db.PolicyRuns.SingleOrDefaultAsync(each => each.Id == request.RunId && each.AccountId == caller.AccountId, cancel) is not { Status: PolicyRunStatus.Waiting } run)
            return Done.Instance;
        if (time.GetUtcNow() - run.DueAt > PolicyRun.OnTime) run.MissedCount = Math.Max(run.MissedCount, 1); // it waited while the portal was away
        var policy = await db.Policies.SingleAsync(each => each.Id == run.PolicyId, cancel);
        var disk = await db.Disks.GetAsync(caller, run.DiskId, cancel);
        if (disk.Status == DiskStatus.Available) throw new OperationException(PolicyErrors.Detached, nameof(run.DiskId));
        await MakeRoomAsync(disk, caller, cancel);
        var made = await create.RunAsync(new(disk.Id) { SnapshotName = NameFor(policy, run), RetentionDays = policy.RetentionDays, PolicyId = policy.Id }, caller, cancel);
        (run.Status, run.SnapshotId) = (PolicyRunStatus.Running, made.SnapshotId);
        return Done.Instance;
    }

    private async Task MakeRoomAsync(Disk disk, Caller caller, CancellationToken cancel)
    {
        var limit = await quotas.LimitAsync(disk.AccountId, QuotaKind.AutomaticSnapshotsPerDisk, cancel);
        var going = Expiry.ToMakeRoom(await db.HeldAsync(disk.Id, pools, cancel), limit) ?? throw new OperationException(PolicyErrors.NoRoom(limit), nameof(CreateSnapshot.DiskId));
        foreach (var snapshotId in going) await delete.RunAsync(new(snapshotId) { Force = true }, caller, cancel);
    }

    /// <summary>As ECS names them, by the date on the policy's clocks.</summary>
    private static string NameFor(AutoSnapshotPolicy policy, PolicyRun run)
    {
        var local = TimeZoneInfo.ConvertTime(run.DueAt, TimeZoneInfo.FindSystemTimeZoneById(policy.TimeZoneId));
        return string.Create(CultureInfo.InvariantCulture, $"auto2.0_{local:yyyyMMdd}_{policy.Id}");
    }
}
