using System.Text;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Components;

/// <summary>Sends lines of comma-separated values as they come.</summary>
internal static class CsvFile
{
    /// <summary>A refusal of the first lines is the answer; a later one cuts the connection, so that nobody takes a part for the whole.</summary>
    public static async Task SendAsync(HttpContext context, string fileName, IReadOnlyList<string> columns, IAsyncEnumerable<object?[]> rows)
    {
        await using var reading = rows.GetAsyncEnumerator(context.RequestAborted);
        bool more;
        try
        {
            more = await reading.MoveNextAsync();
        }
        catch (OperationException refused)
        {
            context.Response.StatusCode = refused.Error.HttpStatus;
            await context.Response.WriteAsync($"{refused.Error.Message} {refused.Error.Advice}", context.RequestAborted);
            return;
        }

        context.Response.ContentType = Csv.ContentType;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        await using var writer = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await writer.WriteAsync(Csv.Line([.. columns]));
        for (; more; more = await reading.MoveNextAsync()) await writer.WriteAsync(Csv.Line(reading.Current));
    }
}
