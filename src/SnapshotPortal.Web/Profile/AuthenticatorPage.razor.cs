using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using QRCoder;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Profile;

/// <summary>Turns the second step of signing in on and off, and makes recovery codes.</summary>
public sealed partial class AuthenticatorPage(UserManager<PortalUser> users, SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private const int RecoveryCodeCount = 10;
    private PortalUser user = default!;
    private string? problem;
    private bool enabled;
    private int codesLeft;
    private string sharedKey = "";
    private string qrCode = "";
    private IReadOnlyList<string>? recoveryCodes;

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "authenticator-on")]
    private InputModel Input { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "authenticator-change")]
    private string? Action { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        user = await users.GetUserAsync(HttpContext.User) ?? throw new InvalidOperationException("The signed-in user does not exist any more.");
        enabled = await users.GetTwoFactorEnabledAsync(user);
        codesLeft = await users.CountRecoveryCodesAsync(user);
        if (!enabled)
            await ShowKeyAsync();
    }

    private async Task ShowKeyAsync()
    {
        var key = await users.GetAuthenticatorKeyAsync(user);
        if (string.IsNullOrEmpty(key))
        {
            await users.ResetAuthenticatorKeyAsync(user);
            key = await users.GetAuthenticatorKeyAsync(user);
        }

        sharedKey = string.Join(' ', key!.Chunk(4).Select(part => new string(part)));
        var uri = $"otpauth://totp/SnapshotPortal:{Uri.EscapeDataString(user.Email!)}?secret={key}&issuer=SnapshotPortal&digits=6";
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(uri, QRCodeGenerator.ECCLevel.Q);
        using var picture = new SvgQRCode(data);
        qrCode = picture.GetGraphic(4);
    }

    private async Task TurnOnAsync()
    {
        var code = Input.Code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        if (!await users.VerifyTwoFactorTokenAsync(user, users.Options.Tokens.AuthenticatorTokenProvider, code))
        {
            problem = "This code is wrong or too old. Codes change every 30 seconds; check that the clock of your device is right.";
            return;
        }

        await users.SetTwoFactorEnabledAsync(user, enabled: true);
        await signIn.RefreshSignInAsync(user);
        await MakeCodesAsync();
    }

    private async Task ChangeAsync()
    {
        if (!enabled)
            return;

        if (string.Equals(Action, "codes", StringComparison.Ordinal))
        {
            await MakeCodesAsync();
        }
        else if (string.Equals(Action, "off", StringComparison.Ordinal))
        {
            await users.SetTwoFactorEnabledAsync(user, enabled: false);
            await users.ResetAuthenticatorKeyAsync(user); // the old key must not come back to life
            await signIn.RefreshSignInAsync(user);
            navigation.NavigateTo(PortalUrls.Authenticator);
        }
    }

    private async Task MakeCodesAsync() =>
        recoveryCodes = [.. await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodeCount) ?? []];

    private sealed class InputModel
    {
        [Required(ErrorMessage = "The code is needed."), StringLength(9, MinimumLength = 6, ErrorMessage = "The code has six digits.")]
        public string Code { get; set; } = "";
    }
}
