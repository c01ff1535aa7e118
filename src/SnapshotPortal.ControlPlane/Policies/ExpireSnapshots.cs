using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Deletes snapshots, automatic and manual, whose retention has ended, and forgets old runs.</summary>
/// <remarks>Repeatable: each disk is one write, and what is deleted is not found again.</remarks>
internal sealed partial class ExpireSnapshots(IServiceScopeFactory scopes, OperationRunner operations, ZonePools pools, TimeProvider time, ILogger<ExpireSnapshots> log)
{
    /// <summary>How long runs are told of.</summary>
    private static readonly TimeSpan RunsKept = TimeSpan.FromDays(90);

    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var (accountId, diskId) in await DueAsync(stop))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                await operations.RunAsync(new RemoveExpiredSnapshots(diskId), Caller.ForPolicy(accountId), CancellationToken.None);
            }
            catch (OperationException refusal)
            {
                LogNotRemoved(diskId, refusal.Error.Code, refusal.Message); // the other disks' go on; this one is tried again
            }
        }

        await ForgetRunsAsync(stop);
    }

    /// <summary>The disks of which something may go. Most that has expired and is still there is kept for good reason, and asks for no write.</summary>
    private async Task<List<(string AccountId, string DiskId)>> DueAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        var now = time.GetUtcNow();
        var candidates = await db.Snapshots.Where(snapshot => snapshot.ExpiresAt <= now && !snapshot.IsDeleted)
            .Select(snapshot => new { snapshot.AccountId, snapshot.SourceDiskId }).Distinct().ToListAsync(cancel);
        var due = new List<(string, string)>();
        foreach (var disk in candidates)
        {
            if (Expiry.Expired(await db.HeldAsync(disk.SourceDiskId, pools, cancel), now).Count > 0) due.Add((disk.AccountId, disk.SourceDiskId));
        }

        return due;
    }

    private async Task ForgetRunsAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        var oldest = time.GetUtcNow() - RunsKept;
        if (!await db.PolicyRuns.AnyAsync(run => run.EndedAt < oldest, cancel)) return;
        await using var write = await db.BeginWriteAsync(cancel);
        await db.PolicyRuns.Where(run => run.EndedAt < oldest).ExecuteDeleteAsync(cancel);
        await write.CommitAsync();
    }

    [LoggerMessage(1410, LogLevel.Warning, "Expired snapshots of {DiskId} were not removed: {Code}: {Reason}")]
    private partial void LogNotRemoved(string diskId, string code, string reason);
}
