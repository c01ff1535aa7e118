using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>
/// What a kind of job does. Repeatable: it may be killed anywhere and run again, also after it was done. It shares the
/// database context of whoever calls it.
/// </summary>
internal interface IJobWork
{
    /// <summary>Does the work. What it throws fails the job, except that a store that does not answer is tried again.</summary>
    Task RunAsync(Job job, JobProgress progress, CancellationToken cancel);

    /// <summary>The job has failed or was cancelled: says so on its resource, in the same write.</summary>
    Task GiveUpAsync(Job job, OperationError error);

    /// <summary>Somebody lets the failed job go on: says so on its resource, in the same write.</summary>
    Task TakeUpAsync(Job job);
}
