using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.SignIn;

/// <summary>The second step for users with an authenticator app.</summary>
public sealed partial class TwoFactorPage(SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private string? problem;

    [SupplyParameterFromForm]
    private InputModel Input { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "returnUrl")]
    private string? ReturnUrl { get; set; }

    [SupplyParameterFromQuery(Name = "remember")]
    private bool Remember { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is null)
            navigation.NavigateTo(PortalUrls.SignIn); // the password step is missing or too long ago
    }

    private async Task SignInAsync()
    {
        var code = Input.Code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        var result = await signIn.TwoFactorAuthenticatorSignInAsync(code, Remember, Input.RememberDevice);
        if (result.Succeeded)
            navigation.NavigateTo(PortalUrls.IsLocal(ReturnUrl) ? ReturnUrl! : PortalUrls.Home);
        else
            problem = result.IsLockedOut
                ? "There were too many failed attempts, so this user is locked for a few minutes."
                : "This code is wrong or too old. Codes change every 30 seconds; check that the clock of your device is right.";
    }

    private sealed class InputModel
    {
        [Required(ErrorMessage = "The code is needed."), StringLength(9, MinimumLength = 6, ErrorMessage = "The code has six digits.")]
        public string Code { get; set; } = "";

        public bool RememberDevice { get; set; }
    }
}
