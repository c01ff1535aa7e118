using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Profile;

/// <summary>Changes the own password; also the first stop of a user whose password somebody else chose.</summary>
public sealed partial class PasswordPage(UserManager<PortalUser> users, SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private PortalUser user = default!;
    private EditContext form = default!;
    private string? problem;
    private bool mustChange;

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm]
    private InputModel Input { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "changed")]
    private bool Changed { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        form = new EditContext(Input);
        user = await users.GetUserAsync(HttpContext.User) ?? throw new InvalidOperationException("The signed-in user does not exist any more.");
        mustChange = user.MustChangePassword;
    }

    private async Task ChangeAsync()
    {
        var result = await users.ChangePasswordAsync(user, Input.Current, Input.Password);
        if (!result.Succeeded)
        {
            problem = string.Join(' ', result.Errors.Select(error => error.Description));
            return;
        }

        if (mustChange)
        {
            user.MustChangePassword = false;
            await users.UpdateAsync(user);
        }

        await signIn.RefreshSignInAsync(user);
        navigation.NavigateTo(mustChange ? PortalUrls.Home : PortalUrls.With(PortalUrls.Password, ("changed", "true")));
    }

    private sealed class InputModel
    {
        [Required(ErrorMessage = "Your current password is needed.")]
        public string Current { get; set; } = "";

        [Required(ErrorMessage = "A new password is needed.")]
        public string Password { get; set; } = "";

        [Compare(nameof(Password), ErrorMessage = "The two passwords differ.")]
        public string Again { get; set; } = "";
    }
}
