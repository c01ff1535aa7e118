using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Hosting;

namespace SnapshotPortal.Web.SignIn;

/// <summary>Where an invitation's link leads: who is signed in joins with a click, anybody else as a new user.</summary>
public sealed partial class JoinPage(OperationRunner operations, SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private EditContext form = default!;
    private OperationError? problem;
    private DescribeInvitationResult? invitation;
    private string? signedInAs;

    [Parameter]
    public string Token { get; set; } = "";

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm]
    private InputModel Input { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        form = new EditContext(Input);
        signedInAs = HttpContext.User.FindFirstValue(ClaimTypes.Email);
        try
        {
            invitation = await operations.RunAsync(new DescribeInvitation(Token), Caller.Anonymous);
            if (Input.Email.Length == 0)
                Input.Email = invitation.Email ?? "";
        }
        catch (OperationException)
        {
            // Whatever is wrong with it, the page says that it is not valid.
        }
    }

    private async Task JoinAsync()
    {
        if (signedInAs is null && !form.Validate())
            return;

        try
        {
            if (signedInAs is not null)
                await operations.RunAsync(new AcceptInvitation(Token), HttpContext.Caller(invitation!.AccountId));
            else
                await SignInAsync((await operations.RunAsync(new JoinPortal(Token, Input.Email.Trim(), Input.Password), Caller.Anonymous with { AccountId = invitation!.AccountId })).UserId);
        }
        catch (OperationException refusal)
        {
            problem = refusal.Error;
            return;
        }

        navigation.NavigateTo(PortalUrls.Overview(invitation.AccountId));
    }

    private async Task SignInAsync(string userId)
    {
        var user = await signIn.UserManager.FindByIdAsync(userId)
            ?? throw new InvalidOperationException("The user that was just made cannot be found.");
        await signIn.SignInAsync(user, isPersistent: false);
    }

    private sealed class InputModel
    {
        [Required(ErrorMessage = "Your e-mail address is needed."), EmailAddress(ErrorMessage = "This is not an e-mail address.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "A password is needed.")]
        public string Password { get; set; } = "";

        [Compare(nameof(Password), ErrorMessage = "The two passwords differ.")]
        public string Again { get; set; } = "";
    }
}
