using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Hosting;

/// <summary>Lets no suspended user in, whichever way they sign in.</summary>
internal sealed class PortalSignIn(
    UserManager<PortalUser> users, IHttpContextAccessor contexts, IUserClaimsPrincipalFactory<PortalUser> claims, IOptions<IdentityOptions> options,
    ILogger<SignInManager<PortalUser>> log, IAuthenticationSchemeProvider schemes, IUserConfirmation<PortalUser> confirmation)
    : SignInManager<PortalUser>(users, contexts, claims, options, log, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(PortalUser user) => user.SuspendedAt is null && await base.CanSignInAsync(user);
}
