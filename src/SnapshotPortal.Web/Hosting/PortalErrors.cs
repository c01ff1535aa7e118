namespace SnapshotPortal.Web.Hosting;

/// <summary>What a browser sees where an endpoint has nothing to say: a page in the portal's own look.</summary>
internal static class PortalErrors
{
    public static WebApplication UsePortalErrors(this WebApplication app)
    {
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        return app;
    }
}
