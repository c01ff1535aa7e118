using Microsoft.AspNetCore.Diagnostics;

namespace SnapshotPortal.Web.Hosting;

/// <summary>What a browser sees where an endpoint has nothing to say: a page in the portal's own look.</summary>
internal static class PortalErrors
{
    public static WebApplication UsePortalErrors(this WebApplication app)
    {
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // A script reads the status itself; run again as a page, a PUT without an antiforgery token would become a 400.
            if (context.Request.Headers.ContainsKey(PortalRequests.Header))
                context.Features.Get<IStatusCodePagesFeature>()!.Enabled = false;
            return next(context);
        });
        return app;
    }
}
