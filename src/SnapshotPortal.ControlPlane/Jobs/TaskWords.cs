using System.Globalization;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>A background job in the words of ECS, which calls it a task (SPEC 2.15).</summary>
internal static class TaskWords
{
    public const string Processing = "Processing";

    /// <summary>Ours are named by what they do; ECS knows others, which no job of ours is.</summary>
    public static readonly IReadOnlyList<string> Actions = [.. Enum.GetNames<JobKind>(), "ImportImage", "ExportImage", "RedeployInstance", "ModifyDiskSpec", "ArchiveSnapshot"];

    /// <summary>The states of jobs that a state of tasks means.</summary>
    public static IReadOnlyList<JobStatus>? StatusesOf(string taskStatus) => taskStatus switch
    {
        Processing => [JobStatus.Queued, JobStatus.Running],
        nameof(JobStatus.Finished) => [JobStatus.Finished],
        nameof(JobStatus.Failed) => [JobStatus.Failed, JobStatus.Cancelled],
        _ => null,
    };

    public static string StatusOf(Job job) => job.Status switch
    {
        JobStatus.Queued or JobStatus.Running => Processing,
        JobStatus.Finished => nameof(JobStatus.Finished),
        _ => nameof(JobStatus.Failed),
    };

    /// <summary>ECS writes this flag as text.</summary>
    public static string SupportCancel(Job job) => job.CanCancel ? "true" : "false";

    public static string Percent(int percent) => percent.ToString(CultureInfo.InvariantCulture) + "%";
}
