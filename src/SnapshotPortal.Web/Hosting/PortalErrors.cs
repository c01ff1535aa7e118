using Microsoft.AspNetCore.Diagnostics;

namespace SnapshotPortal.Web.Hosting;

/// <summary>What a browser sees where an endpoint has nothing to say: a page in the portal's own look.</summary>
internal static partial class PortalErrors
{
    public static WebApplication UsePortalErrors(this WebApplication app)
    {
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use(AnswerScriptsAsync);
        return app;
    }

    /// <summary>A script reads the status itself; run again as a page, a PUT without an antiforgery token would become a 400.</summary>
    private static async Task AnswerScriptsAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Headers.ContainsKey(PortalRequests.Header))
        {
            await next(context);
            return;
        }

        context.Features.Get<IStatusCodePagesFeature>()!.Enabled = false;
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            LogFailed(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PortalErrors)), exception, context.Request.Method, context.Request.Path);
            await PortalRequests.InternalError.ExecuteAsync(context);
        }
    }

    [LoggerMessage(2100, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger log, Exception exception, string method, string path);
}
