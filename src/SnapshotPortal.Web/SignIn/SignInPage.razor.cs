using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.SignIn;

/// <summary>Signs in with password or passkey; a user with an authenticator app goes on to the code.</summary>
public sealed partial class SignInPage(SignInManager<PortalUser> signIn, NavigationManager navigation, IWebHostEnvironment environment, IConfiguration configuration)
{
    private EditContext form = default!;
    private string? problem;
    private IReadOnlyList<DemoUser> demoUsers = [];

    [SupplyParameterFromForm]
    private InputModel Input { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "returnUrl")]
    private string? ReturnUrl { get; set; }

    protected override void OnInitialized()
    {
        Input ??= new();
        form = new EditContext(Input);
        if (environment.IsDevelopment())
            demoUsers = configuration.GetSection("Portal:Demo:Users").Get<DemoUser[]>() ?? [];
    }

    private async Task SignInAsync()
    {
        SignInResult result;
        if (!string.IsNullOrEmpty(Input.CredentialJson))
            result = await signIn.PasskeySignInAsync(Input.CredentialJson);
        else if (form.Validate())
            result = await signIn.PasswordSignInAsync(Input.Email, Input.Password, Input.Remember, lockoutOnFailure: true);
        else
            return;

        if (result.Succeeded)
            navigation.NavigateTo(PortalUrls.IsLocal(ReturnUrl) ? ReturnUrl! : PortalUrls.Home);
        else if (result.RequiresTwoFactor)
            navigation.NavigateTo(PortalUrls.With(PortalUrls.TwoFactor, ("returnUrl", ReturnUrl), ("remember", Input.Remember ? "true" : null)));
        else if (result.IsLockedOut)
            problem = "There were too many failed attempts, so this user is locked for a few minutes. Try again later, or ask an administrator to reset the password.";
        else if (!string.IsNullOrEmpty(Input.CredentialJson))
            problem = "No user here has this passkey. Sign in with the password and add it under Profile.";
        else
            problem = "The e-mail address or the password is wrong, or the user is suspended.";
    }

    private static string Fill(DemoUser user) =>
        JsonSerializer.Serialize(new Dictionary<string, string> { ["Input.Email"] = user.Email, ["Input.Password"] = user.Password });

    private sealed class InputModel
    {
        [Required(ErrorMessage = "Your e-mail address is needed.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "Your password is needed.")]
        public string Password { get; set; } = "";

        public bool Remember { get; set; }

        public string? CredentialJson { get; set; }
    }

    private sealed record DemoUser(string Email, string Password);
}
