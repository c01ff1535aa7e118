using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Work in the background. Its row is the truth; Quartz only decides when it is looked at.</summary>
/// <remarks>
/// Queued → Running → Finished, Failed or Cancelled; Running → Queued when it will be tried again (the store did not
/// answer) or the portal stops; Failed → Queued when somebody asks. A row found Running at start was killed: it goes on.
/// </remarks>
internal sealed class Job : IAnnounced, Paging.IPlaced
{
    public required string Id { get; init; }

    /// <summary>Empty for a job of the portal itself, which administrators look after.</summary>
    public required string AccountId { get; init; }

    public required JobKind Kind { get; init; }

    public required string ResourceId { get; init; }

    public required string ResourceName { get; init; }

    /// <summary>Jobs of one lane run one after another, in the order in which they were made; null: beside everything.</summary>
    public required string? Lane { get; init; }

    public required JobStatus Status { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>When it may be tried again.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    public int Attempts { get; set; }

    public bool CancelRequested { get; set; }

    public long BytesDone { get; set; }

    public long BytesTotal { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    public bool IsUnfinished => Status is JobStatus.Queued or JobStatus.Running;

    /// <summary>Uploads can be given up. What removes something cannot, nor what a disk in use needs: that ends with the disk.</summary>
    public bool CanCancel => IsUnfinished && Kind == JobKind.UploadSnapshot && !CancelRequested;

    /// <summary>Whether it waits for a store as long as that takes: a disk that is in use needs what it brings.</summary>
    public bool OutwaitsStore => Kind == JobKind.FillDisk;

    public bool CanRetry => Status == JobStatus.Failed;

    public Change ToChange() => new(AccountId, ResourceKind.Job, Id);

    public Change ToResourceChange()
        => new(AccountId, AccountId.Length == 0 ? ResourceKind.Store : Kind is JobKind.UploadSnapshot or JobKind.PurgeSnapshot ? ResourceKind.Snapshot : ResourceKind.Disk, ResourceId);

    public void End(JobStatus status, OperationError? error, DateTimeOffset now)
        => (Status, ErrorCode, ErrorMessage, FinishedAt, NotBefore) = (status, error?.Code, error?.Message, now, null);

    public static void Map(ModelBuilder builder) => builder.Entity<Job>(job =>
    {
        job.HasIndex(each => new { each.AccountId, each.CreatedAt, each.Id });
        job.HasIndex(each => new { each.Status, each.Lane });
        job.HasIndex(each => each.ResourceId);
        job.Property(each => each.Kind).HasConversion<string>().HasMaxLength(32);
        job.Property(each => each.Status).HasConversion<string>().HasMaxLength(16);
        job.Property<long>(PortalDb.Version).IsConcurrencyToken();
        job.Ignore(each => each.IsUnfinished).Ignore(each => each.OutwaitsStore).Ignore(each => each.CanCancel).Ignore(each => each.CanRetry);
    });
}

internal static class JobQueries
{
    public static async Task<Job> GetAsync(this IQueryable<Job> jobs, Caller caller, string id, CancellationToken cancel)
        => await jobs.SingleOrDefaultAsync(job => job.Id == id && job.AccountId == caller.AccountId, cancel)
           ?? throw new OperationException(JobErrors.NotFound, "JobId");
}
