using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.Snapshots;

/// <summary>The list of snapshots as a file: all that match, not only a page.</summary>
internal static class SnapshotsCsv
{
    private const int RowsAtOnce = 100;

    public static void MapSnapshotsCsv(this IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/a/{account}/snapshots.csv", (string account, [FromQuery(Name = "q")] string? search, string? status, string? kind, string? sort, HttpContext context, OperationRunner operations) =>
            SendAsync(new SnapshotsQuery(search, status, kind, sort), account, context, operations))
        .RequireAuthorization();

    private static async Task<IResult> SendAsync(SnapshotsQuery query, string account, HttpContext context, OperationRunner operations)
    {
        try
        {
            // Written to memory first: a refusal in the middle must not look like a shorter list.
            var file = new StringBuilder(Csv.Line("SnapshotId", "Name", "Kind", "Status", "DiskId", "DiskName", "DiskGiB", "Created", "KeptUntil", "StoredBytes", "FullBytes", "Encrypted", "Region"));
            for (var page = 1; ; page++)
            {
                var part = await operations.RunAsync(query.ToOperation(page, RowsAtOnce), context.Caller(account), context.RequestAborted);
                foreach (var each in part.Snapshots)
                {
                    file.Append(Csv.Line(
                        each.SnapshotId, each.SnapshotName, each.Category, each.Status, each.SourceDiskId, each.SourceDiskName,
                        int.Parse(each.SourceDiskSize, CultureInfo.InvariantCulture), each.CreationTime, each.ExpiryTime, each.StoredBytes, each.FullSnapshotSizeInBytes, each.Encrypted, each.RegionId));
                }

                if (page * RowsAtOnce >= part.TotalCount)
                    return Results.File(Encoding.UTF8.GetBytes(file.ToString()), Csv.ContentType, "snapshots.csv");
            }
        }
        catch (OperationException refused)
        {
            return Results.Text($"{refused.Error.Message} {refused.Error.Advice}", statusCode: refused.Error.HttpStatus);
        }
    }
}
