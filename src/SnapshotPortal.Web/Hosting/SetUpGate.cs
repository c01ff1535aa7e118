using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Hosting;

/// <summary>Leads the first visitors to set-up while there is no user, and shows the token for it on the console.</summary>
internal sealed class SetUpGate(SetUpToken token)
{
    private volatile bool done;

    public async Task<bool> IsNeededAsync(CancellationToken cancel)
    {
        // Once set up is for ever: the last administrator cannot be deleted.
        if (!done)
            done = !await token.IsNeededAsync(cancel);
        return !done;
    }

    /// <summary>Prints the address to click, with a token that no other start made.</summary>
    public async Task AnnounceAsync(IEnumerable<string> addresses)
    {
        if (await token.IssueAsync() is not { } secret)
            return;

        var address = addresses.FirstOrDefault() ?? "http://localhost:5080";
        Console.WriteLine();
        Console.WriteLine("This portal has no user yet. Create its administrator here:");
        Console.WriteLine($"    {address.Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)}{PortalUrls.SetUp}?token={secret}");
        Console.WriteLine();
    }
}

internal static class SetUpGateMiddleware
{
    public static IApplicationBuilder UseSetUpGate(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        var isPage = HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        if (isPage && !request.Path.StartsWithSegments(PortalUrls.SetUp, StringComparison.Ordinal)
            && await context.RequestServices.GetRequiredService<SetUpGate>().IsNeededAsync(context.RequestAborted))
            context.Response.Redirect(PortalUrls.SetUp);
        else
            await next(context);
    });
}
