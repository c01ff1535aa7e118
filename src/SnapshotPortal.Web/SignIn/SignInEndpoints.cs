using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.SignIn;

/// <summary>What the browser needs before it makes or uses a passkey, and signing out.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(PortalUrls.PasskeyCreationOptions, async (HttpContext context, UserManager<PortalUser> users, SignInManager<PortalUser> signIn, IAntiforgery antiforgery) =>
        {
            await antiforgery.ValidateRequestAsync(context);
            var user = await users.GetUserAsync(context.User);
            if (user is null)
                return Results.NotFound();
            var options = await signIn.MakePasskeyCreationOptionsAsync(new() { Id = user.Id, Name = user.Email!, DisplayName = user.Email! });
            return Results.Content(options, "application/json");
        }).RequireAuthorization();

        endpoints.MapPost(PortalUrls.PasskeyRequestOptions, async (HttpContext context, SignInManager<PortalUser> signIn, IAntiforgery antiforgery) =>
        {
            await antiforgery.ValidateRequestAsync(context);
            return Results.Content(await signIn.MakePasskeyRequestOptionsAsync(user: null), "application/json"); // any user: nothing is told about who exists
        }).RequireRateLimiting(SignInRateLimit.Policy);

        endpoints.MapPost(PortalUrls.SignOut, async (HttpContext context, SignInManager<PortalUser> signIn, IAntiforgery antiforgery) =>
        {
            await antiforgery.ValidateRequestAsync(context);
            await signIn.SignOutAsync();
            return Results.LocalRedirect(PortalUrls.SignIn);
        });
    }
}
