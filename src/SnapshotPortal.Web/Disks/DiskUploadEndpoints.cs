using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.Disks;

/// <summary>
/// Raw images into disks, over plain HTTP: begin, put parts in any order, ask what is missing, complete or abort.
/// wwwroot/js/disk-upload.js is the other end.
/// </summary>
internal static class DiskUploadEndpoints
{
    /// <summary>A part of nothing but zeroes is not sent: this header tells its length, the body is empty.</summary>
    private const string ZeroesHeader = "Content-Zeroes";

    private static readonly byte[] Zeroes = new byte[PartBuffers.PartBytes];

    public static void MapDiskUploads(this IEndpointRouteBuilder endpoints)
    {
        var uploads = endpoints.MapGroup("/a/{account}/disks/{disk}/uploads").ForOwnScripts();
        uploads.MapPost("/", (string account, string disk, [FromBody] Begin begin, HttpContext context, OperationRunner operations) =>
            operations.RunAsync(
                new CreateDiskUpload(disk, begin.LengthBytes) { FileName = begin.FileName, Fingerprint = begin.Fingerprint },
                context.Caller(account), context.RequestAborted));
        uploads.MapGet("/{upload}", (string account, string upload, HttpContext context, OperationRunner operations) =>
            operations.RunAsync(new DescribeDiskUpload(upload), context.Caller(account), context.RequestAborted));
        uploads.MapPut("/{upload}/parts/{part:int}", PutPartAsync).WithMetadata(new RequestSizeLimitAttribute(PartBuffers.PartBytes));
        uploads.MapPost("/{upload}/complete", (string account, string upload, HttpContext context, OperationRunner operations) =>
            operations.RunAsync(new CompleteDiskUpload(upload), context.Caller(account), CancellationToken.None));
        uploads.MapDelete("/{upload}", (string account, string upload, HttpContext context, OperationRunner operations) =>
            operations.RunAsync(new AbortDiskUpload(upload), context.Caller(account), CancellationToken.None));
    }

    private static async Task<IResult> PutPartAsync(
        string account, string upload, int part, HttpContext context, OperationRunner operations, PartBuffers buffers)
    {
        var request = context.Request;
        var sha256 = request.Headers["Content-SHA256"].ToString();
        if (int.TryParse(request.Headers[ZeroesHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var zeroes) && zeroes <= PartBuffers.PartBytes)
        {
            await operations.RunAsync(new PutDiskUploadPart(upload, part, sha256, Zeroes.AsMemory(0, zeroes)), context.Caller(account), context.RequestAborted);
            return Results.NoContent();
        }

        using var lease = await buffers.RentAsync(context.RequestAborted);
        var length = await request.Body.ReadAtLeastAsync(lease.Buffer, PartBuffers.PartBytes, throwOnEndOfStream: false, context.RequestAborted);
        // Once the part is here it is written whole, even if the browser goes away: the buffer is in use until then.
        await operations.RunAsync(new PutDiskUploadPart(upload, part, sha256, lease.Buffer.AsMemory(0, length)), context.Caller(account), CancellationToken.None);
        return Results.NoContent();
    }

    private sealed record Begin(long LengthBytes, string? FileName, string? Fingerprint);
}
