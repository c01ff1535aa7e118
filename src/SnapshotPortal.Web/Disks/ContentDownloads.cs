using Microsoft.Net.Http.Headers;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.Disks;

/// <summary>Disks and snapshots as raw files: one point in time, in bounded memory, and a broken download can go on (ranges).</summary>
internal static class ContentDownloads
{
    public static void MapContentDownloads(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/a/{account}").RequireAuthorization();
        group.MapGet("/disks/{disk}/content", (string account, string disk, HttpContext context, OperationRunner operations) =>
            SendAsync(() => operations.RunAsync(new OpenDiskContent(disk), context.Caller(account), context.RequestAborted)));
        group.MapGet("/snapshots/{snapshot}/content", (string account, string snapshot, HttpContext context, OperationRunner operations) =>
            SendAsync(() => operations.RunAsync(new OpenSnapshotContent(snapshot), context.Caller(account), context.RequestAborted)));
    }

    private static async Task<IResult> SendAsync(Func<Task<OpenContent>> open)
    {
        try
        {
            var content = await open();
            return Results.Stream(
                new ContentStream(content), "application/octet-stream", content.FileName,
                entityTag: new EntityTagHeaderValue($"\"{content.EntityTag}\""), enableRangeProcessing: true);
        }
        catch (OperationException refused)
        {
            return Results.Text($"{refused.Error.Message} {refused.Error.Advice}", statusCode: refused.Error.HttpStatus);
        }
    }
}
