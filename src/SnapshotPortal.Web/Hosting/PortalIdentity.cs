using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Hosting;

/// <summary>Signing in: cookies, passkeys, authenticator codes. Users themselves belong to the control plane.</summary>
internal static class PortalIdentity
{
    public static IServiceCollection AddPortalIdentity(this IServiceCollection services)
    {
        services.AddAuthentication(options =>
            {
                options.DefaultScheme = IdentityConstants.ApplicationScheme;
                options.DefaultSignInScheme = IdentityConstants.ExternalScheme;
            })
            .AddIdentityCookies(cookies =>
            {
                cookies.ApplicationCookie!.Configure(ShapeSessionCookie);
                cookies.TwoFactorUserIdCookie!.Configure(ShapeCookie);
                cookies.TwoFactorRememberMeCookie!.Configure(ShapeCookie);
            });
        services.AddAuthorizationBuilder()
            .AddPolicy(PortalRoles.Administrator, policy => policy.RequireRole(PortalRoles.Administrator));
        new IdentityBuilder(typeof(PortalUser), typeof(IdentityRole), services).AddSignInManager<PortalSignIn>();
        services.AddScoped<IUserClaimsPrincipalFactory<PortalUser>, PortalClaims>();

        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = SecurityStampCheck.Interval);
        services.Configure<IdentityPasskeyOptions>(options => options.UserVerificationRequirement = "preferred");
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, SecurityStampCheck>();
        services.AddAntiforgery(options =>
        {
            options.HeaderName = "X-CSRF-TOKEN";
            options.Cookie.Name = "portal-antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.SuppressXFrameOptionsHeader = true; // frame-ancestors says it
        });
        return services;
    }

    private static void ShapeSessionCookie(CookieAuthenticationOptions options)
    {
        ShapeCookie(options);
        options.Cookie.Name = "portal-session";
        options.LoginPath = PortalUrls.SignIn;
        options.AccessDeniedPath = "/no-access";
        options.ReturnUrlParameter = "returnUrl";
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.Events.OnRedirectToLogin = context =>
        {
            // A script cannot follow to the sign-in page; it says so to its user instead.
            if (context.Request.Headers.ContainsKey(PortalRequests.Header))
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            else
                context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        };
    }

    // Lax, not Strict: a link in a mail or chat must find the reader signed in. What changes anything also needs an antiforgery token.
    private static void ShapeCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
    }
}
