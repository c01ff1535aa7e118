using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Hosting;

/// <summary>A user whose password was chosen by somebody else sees one page only: the one that changes it.</summary>
internal static class PasswordChangeGate
{
    public const string Claim = "portal:must-change-password";

    public static IApplicationBuilder UsePasswordChangeGate(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.User.HasClaim(claim => string.Equals(claim.Type, Claim, StringComparison.Ordinal)) || IsOpen(context.Request.Path))
            return next(context);

        context.Response.Redirect(PortalUrls.Password);
        return Task.CompletedTask;
    });

    private static bool IsOpen(PathString path) =>
        path.StartsWithSegments(PortalUrls.Password, StringComparison.Ordinal) || path.StartsWithSegments(PortalUrls.SignOut, StringComparison.Ordinal) ||
        path.StartsWithSegments("/_content", StringComparison.Ordinal) || path.StartsWithSegments("/_framework", StringComparison.Ordinal) || Path.HasExtension(path.Value);
}

/// <summary>Adds to a session what the gate looks at.</summary>
internal sealed class PortalClaims(UserManager<PortalUser> users, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<PortalUser, IdentityRole>(users, roles, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(PortalUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        if (user.MustChangePassword)
            identity.AddClaim(new Claim(PasswordChangeGate.Claim, "true"));
        return identity;
    }
}
