using Microsoft.Net.Http.Headers;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ImageFormats;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.Disks;

/// <summary>
/// Disks and snapshots as files: one point in time, in bounded memory. Raw is sent as it is read, and a broken download can go on
/// (ranges); zstd is compressed as it is sent; other images are made first.
/// </summary>
internal static class ContentDownloads
{
    public static void MapContentDownloads(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/a/{account}").RequireAuthorization();
        group.MapGet("/disks/{disk}/content", (string account, string disk, string? format, HttpContext context, Downloads downloads) =>
            downloads.SendAsync(context, account, new OpenDiskContent(disk), format));
        group.MapGet("/snapshots/{snapshot}/content", (string account, string snapshot, string? format, HttpContext context, Downloads downloads) =>
            downloads.SendAsync(context, account, new OpenSnapshotContent(snapshot), format));
    }
}

/// <summary>Sends one content in one format.</summary>
internal sealed class Downloads(OperationRunner operations, Callers callers, ImageSpool spool, TimeProvider clock)
{
    public async Task<IResult> SendAsync(HttpContext context, string account, IOperation<OpenContent> open, string? formatName)
    {
        if (ImageFormat.Find(formatName ?? ImageFormat.Raw.Name) is not { CanExport: true } format)
        {
            var allowed = string.Join(", ", ImageFormat.All.Where(each => each.CanExport).Select(each => each.Name));
            return Results.Text($"There is no download as '{formatName}'. Use one of {allowed}.", statusCode: StatusCodes.Status400BadRequest);
        }

        var caller = context.Caller(account);
        try
        {
            var content = await operations.RunAsync(open, caller, context.RequestAborted);
            var fileName = Path.ChangeExtension(content.FileName, null) + format.Extension;
            return format.QemuName is not null
                ? Stream(await MadeAsync(content, format, context.RequestAborted), fileName)
                : format == ImageFormat.RawZstd
                    ? Stream(new ZstdStream(content.Device, content.DisposeAsync), fileName)
                    : Stream(new ContentStream(content), fileName, new EntityTagHeaderValue($"\"{content.EntityTag}\""));
        }
        catch (OperationException refused)
        {
            return Results.Text($"{refused.Error.Message} {refused.Error.Advice}", statusCode: refused.Error.HttpStatus);
        }
        catch (ImageException failed)
        {
            return Results.Text(failed.Message, statusCode: failed.Fault == ImageFault.ToolMissing ? StatusCodes.Status501NotImplemented : StatusCodes.Status500InternalServerError);
        }

        IResult Stream(Stream bytes, string fileName, EntityTagHeaderValue? tag = null) => Results.Stream(
            new RevocableStream(bytes, async cancel => await callers.FindAsync(caller.UserId, caller.AccountId, cancel: cancel) is not null, clock),
            "application/octet-stream", fileName, entityTag: tag, enableRangeProcessing: bytes.CanSeek);
    }

    private async Task<Stream> MadeAsync(OpenContent content, ImageFormat format, CancellationToken cancel)
    {
        await using (content) return await spool.MakeAsync(content, format, cancel);
    }
}
