using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.Activity;

/// <summary>Activity as a file. It is read in parts, each with the rights of its moment: who loses them gets no further.</summary>
internal static class ActivityCsv
{
    private const int PartRows = 100;
    private static readonly string[] Columns = ["Line", "Time", "Account", "Who", "Way", "Operation", "Resource", "Outcome", "Request"];

    public static DescribeAuditTrail OfAccount(ActivityFilter filter) => new()
    {
        ResourceId = filter.Resource?.Trim(),
        User = filter.User,
        Operation = filter.Operation,
        Succeeded = filter.Succeeded,
        From = filter.Begin,
        Until = filter.End,
    };

    public static DescribePortalAuditTrail OfPortal(ActivityFilter filter) => new()
    {
        ResourceId = filter.Resource?.Trim(),
        User = filter.User,
        Operation = filter.Operation,
        Succeeded = filter.Succeeded,
        From = filter.Begin,
        Until = filter.End,
    };

    public static void MapActivityCsv(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/a/{account}/activity.csv", (string account, HttpContext context, OperationRunner operations) =>
        {
            var request = OfAccount(ActivityFilter.Read(name => context.Request.Query[name]));
            return CsvFile.SendAsync(context, "activity.csv", Columns, PartsAsync(token => operations.RunAsync(request with { MaxResults = PartRows, NextToken = token }, context.Caller(account), context.RequestAborted)));
        }).RequireAuthorization();
        endpoints.MapGet(PortalUrls.PortalActivityCsv, (HttpContext context, OperationRunner operations) =>
        {
            var request = OfPortal(ActivityFilter.Read(name => context.Request.Query[name]));
            return CsvFile.SendAsync(context, "activity.csv", Columns, PartsAsync(token => operations.RunAsync(request with { MaxResults = PartRows, NextToken = token }, context.Caller(""), context.RequestAborted)));
        }).RequireAuthorization();
    }

    private static async IAsyncEnumerable<object?[]> PartsAsync(Func<string?, Task<DescribeAuditTrailResult>> read)
    {
        for (string? token = null; ;)
        {
            var part = await read(token);
            foreach (var entry in part.Entries)
                yield return [entry.Sequence, entry.Time, entry.AccountName, entry.UserEmail, entry.Source, entry.Operation, entry.ResourceId, entry.Outcome, entry.RequestId];
            if ((token = part.NextToken) is null)
                yield break;
        }
    }
}
