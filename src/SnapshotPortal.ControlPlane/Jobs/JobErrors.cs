using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>What jobs refuse.</summary>
internal static class JobErrors
{
    public static readonly OperationError NotFound = new("InvalidTaskId.NotFound", 400, "There is no such task in this account.", "Look at the list of tasks again.");

    public static readonly OperationError NotCancellable = new("InvalidTaskId.IncorrectTaskStatus", 403, "The task has ended, or cannot be cancelled.", "Only tasks that make something can be cancelled, while they wait or run.");

    public static readonly OperationError KindNotCancellable = new("InvalidTaskId.TaskActionNotSupport", 403, "This kind of task cannot be cancelled.", "Only tasks that make something can be; wait for its end.");

    public static readonly OperationError NotFailed = new("InvalidTaskId.IncorrectTaskStatus", 403, "The task has not failed.", "Only failed tasks can be tried again.");

    public static readonly OperationError Cancelled = new("Cancelled", 409, "The task was cancelled.", "Start it again if you need it after all.");
}
