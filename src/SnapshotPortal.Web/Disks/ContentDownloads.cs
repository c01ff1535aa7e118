using Microsoft.Net.Http.Headers;
using SnapshotPortal.ControlPlane.Accounts;
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
        group.MapGet("/disks/{disk}/content", (string account, string disk, HttpContext context, OperationRunner operations, Callers callers, TimeProvider clock) =>
            SendAsync(context.Caller(account), callers, clock, () => operations.RunAsync(new OpenDiskContent(disk), context.Caller(account), context.RequestAborted)));
        group.MapGet("/snapshots/{snapshot}/content", (string account, string snapshot, HttpContext context, OperationRunner operations, Callers callers, TimeProvider clock) =>
            SendAsync(context.Caller(account), callers, clock, () => operations.RunAsync(new OpenSnapshotContent(snapshot), context.Caller(account), context.RequestAborted)));
    }

    private static async Task<IResult> SendAsync(Caller caller, Callers callers, TimeProvider clock, Func<Task<OpenContent>> open)
    {
        try
        {
            var content = await open();
            return Results.Stream(
                new ContentStream(content, MayReadAsync, clock), "application/octet-stream", content.FileName,
                entityTag: new EntityTagHeaderValue($"\"{content.EntityTag}\""), enableRangeProcessing: true);
        }
        catch (OperationException refused)
        {
            return Results.Text($"{refused.Error.Message} {refused.Error.Advice}", statusCode: refused.Error.HttpStatus);
        }

        async Task<bool> MayReadAsync(CancellationToken cancel) => await callers.FindAsync(caller.UserId, caller.AccountId, cancel: cancel) is not null;
    }
}
