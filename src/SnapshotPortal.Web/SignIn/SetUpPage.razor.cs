using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.SignIn;

/// <summary>Makes the first administrator with the token from the console, and signs in.</summary>
public sealed partial class SetUpPage(OperationRunner operations, SetUpToken setUp, SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private EditContext form = default!;
    private OperationError? problem;

    [SupplyParameterFromForm]
    private InputModel Input { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "token")]
    private string? Token { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new() { Token = Token ?? "" };
        form = new EditContext(Input);
        if (!await setUp.IsNeededAsync())
            navigation.NavigateTo(PortalUrls.Home);
    }

    private async Task SetUpAsync()
    {
        try
        {
            await operations.RunAsync(new SetUpPortal(Input.Token.Trim(), Input.Email.Trim(), Input.Password), Caller.Anonymous);
        }
        catch (OperationException refusal)
        {
            problem = refusal.Error;
            return;
        }

        var user = await signIn.UserManager.FindByEmailAsync(Input.Email.Trim())
            ?? throw new InvalidOperationException("The administrator that was just made cannot be found.");
        await signIn.SignInAsync(user, isPersistent: false);
        navigation.NavigateTo(PortalUrls.Home);
    }

    private sealed class InputModel
    {
        [Required(ErrorMessage = "The token is needed.")]
        public string Token { get; set; } = "";

        [Required(ErrorMessage = "Your e-mail address is needed."), EmailAddress(ErrorMessage = "This is not an e-mail address.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "A password is needed.")]
        public string Password { get; set; } = "";

        [Compare(nameof(Password), ErrorMessage = "The two passwords differ.")]
        public string Again { get; set; } = "";
    }
}
