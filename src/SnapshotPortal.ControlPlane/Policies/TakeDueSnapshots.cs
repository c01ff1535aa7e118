using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>
/// Carries out what is due by now: plans one run for each disk of each due policy and moves the policy on, in one write; then
/// begins each run that waits. Slots that were missed make one run together.
/// </summary>
/// <remarks>Repeatable: killed anywhere, the next call plans what is not planned and begins what still waits, and nothing twice.</remarks>
internal sealed partial class TakeDueSnapshots(IServiceScopeFactory scopes, OperationRunner operations, ResourceIds ids, TimeProvider time, ILogger<TakeDueSnapshots> log)
{
    public async Task RunAsync(CancellationToken stop)
    {
        await PlanAsync(stop);
        foreach (var run in await WaitingAsync(stop))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                await operations.RunAsync(new TakePolicySnapshot(run.Id), Caller.ForPolicy(run.AccountId), CancellationToken.None);
            }
            catch (OperationException refusal)
            {
                await EndAsync(run.Id, refusal.Error);
            }
        }
    }

    private async Task PlanAsync(CancellationToken cancel)
    {
        foreach (var policyId in await DueAsync(cancel))
        {
            try
            {
                await PlanAsync(policyId, cancel);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotPlanned(exception, policyId); // the other policies go on; this one is tried again
            }
        }
    }

    private async Task<List<string>> DueAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = time.GetUtcNow();
        return await scope.ServiceProvider.GetRequiredService<PortalDb>().Policies
            .Where(policy => policy.NextRunAt <= now).OrderBy(policy => policy.NextRunAt).Select(policy => policy.Id).ToListAsync(cancel);
    }

    private async Task PlanAsync(string policyId, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await using var write = await db.BeginWriteAsync(cancel);
        var now = time.GetUtcNow();
        if (await db.Policies.SingleOrDefaultAsync(each => each.Id == policyId, cancel) is not { NextRunAt: { } first } policy || first > now) return;
        List<DateTimeOffset> slots = [first, .. policy.Schedule.Between(first, now)];
        var disks = await db.PolicyDisks.AsNoTracking()
            .Where(each => each.PolicyId == policyId && db.Disks.Any(disk => disk.Id == each.DiskId && !disk.IsReleased)).ToListAsync(cancel);
        foreach (var disk in disks) await PlanAsync(db, disk, slots, now, cancel);
        policy.BeginAt(now);
        await write.CommitAsync();
    }

    private async Task PlanAsync(PortalDb db, PolicyDisk disk, List<DateTimeOffset> slots, DateTimeOffset now, CancellationToken cancel)
    {
        var own = db.PolicyRuns.Where(run => run.PolicyId == disk.PolicyId && run.DiskId == disk.DiskId);

        // The clock may have been set back since: a slot stays planned once.
        var last = await own.MaxAsync(run => (DateTimeOffset?)run.DueAt, cancel) ?? DateTimeOffset.MinValue;
        var due = slots.FindAll(slot => slot > disk.AppliedAt && slot > last);
        if (due.Count == 0) return;
        foreach (var run in await own.Where(run => run.Status == PolicyRunStatus.Waiting).ToListAsync(cancel))
            run.End(PolicyRunStatus.Skipped, PolicyErrors.Superseded.Code, PolicyErrors.Superseded.Message, now);
        db.PolicyRuns.Add(new()
        {
            Id = ids.New("pr"),
            AccountId = disk.AccountId,
            PolicyId = disk.PolicyId,
            DiskId = disk.DiskId,
            DueAt = due[^1],
            FirstDueAt = due[0],
            MissedCount = due.Count(slot => now - slot > PolicyRun.OnTime),
            CreatedAt = now,
            Status = PolicyRunStatus.Waiting,
        });
    }

    private async Task<List<PolicyRun>> WaitingAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PortalDb>().PolicyRuns.AsNoTracking()
            .Where(run => run.Status == PolicyRunStatus.Waiting).OrderBy(run => run.CreatedAt).ThenBy(run => run.Id).ToListAsync(cancel);
    }

    /// <summary>A rule of the service skips a run; what should have worked and did not fails it.</summary>
    private async Task EndAsync(string runId, OperationError error)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        await using var write = await db.BeginWriteAsync(CancellationToken.None);
        if (await db.PolicyRuns.SingleOrDefaultAsync(run => run.Id == runId && run.Status == PolicyRunStatus.Waiting) is { } run)
        {
            run.End(error.HttpStatus < 500 ? PolicyRunStatus.Skipped : PolicyRunStatus.Failed, error.Code, error.Message, time.GetUtcNow());
            LogNotDone(run.PolicyId, run.DiskId, run.Status, error.Code, error.Message);
        }

        await write.CommitAsync();
    }

    [LoggerMessage(1401, LogLevel.Error, "The runs of the policy {PolicyId} cannot be planned")]
    private partial void LogNotPlanned(Exception exception, string policyId);

    [LoggerMessage(1400, LogLevel.Warning, "The policy {PolicyId} took no snapshot of {DiskId}: {Status}, {Code}: {Reason}")]
    private partial void LogNotDone(string policyId, string diskId, PolicyRunStatus status, string code, string reason);
}
