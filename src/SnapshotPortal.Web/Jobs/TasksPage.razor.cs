using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Jobs;

/// <summary>The background jobs of an account, with what can be done about them.</summary>
public sealed partial class TasksPage
{
    private const int RowsPerPage = 20;
    private DescribeJobsResult? jobs;
    private OperationError? problem;

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Job;

    protected override async Task LoadAsync() => jobs = await RunAsync(new DescribeJobs
    {
        Status = Enum.TryParse<JobStatus>(Status, ignoreCase: true, out var status) ? status : null,
        PageNumber = Math.Max(1, Page ?? 1),
        PageSize = RowsPerPage,
    });

    private string Url(string? status, int page) => PortalUrls.With(
        PortalUrls.Tasks(Account), ("status", status), ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private async Task TryAsync(IOperation<Done> operation)
    {
        try
        {
            problem = null;
            await RunAsync(operation);
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
        }
    }

    private static string Took(JobInfo job) => job switch
    {
        { StartTime: { } start, FinishedTime: { } end } when end - start < TimeSpan.FromSeconds(1) => " in under a second",
        { StartTime: { } start, FinishedTime: { } end } => $" in {TimeText.Remaining(end - start)}",
        _ => "",
    };
}
