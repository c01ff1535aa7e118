using System.Buffers.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.Web.Profile;

/// <summary>Adds and removes the own passkeys; wwwroot/js/passkey.js talks to the browser.</summary>
public sealed partial class PasskeysPage(UserManager<PortalUser> users, SignInManager<PortalUser> signIn, NavigationManager navigation)
{
    private const int PasskeyCountMax = 20;
    private PortalUser user = default!;
    private IList<UserPasskeyInfo> passkeys = [];
    private string? problem;

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "add-passkey")]
    private InputModel Input { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        user = await users.GetUserAsync(HttpContext.User) ?? throw new InvalidOperationException("The signed-in user does not exist any more.");
        passkeys = await users.GetPasskeysAsync(user);
    }

    private async Task AddAsync()
    {
        if (string.IsNullOrEmpty(Input.CredentialJson) || passkeys.Count >= PasskeyCountMax)
            return;

        var attestation = await signIn.PerformPasskeyAttestationAsync(Input.CredentialJson);
        if (!attestation.Succeeded)
        {
            problem = "The passkey was not accepted: " + attestation.Failure.Message;
            return;
        }

        attestation.Passkey.Name = string.IsNullOrWhiteSpace(Input.Name) ? $"Passkey {passkeys.Count + 1}" : Input.Name.Trim();
        await users.AddOrUpdatePasskeyAsync(user, attestation.Passkey);
        navigation.NavigateTo(PortalUrls.Passkeys);
    }

    private async Task RemoveAsync(UserPasskeyInfo passkey)
    {
        await users.RemovePasskeyAsync(user, passkey.CredentialId);
        navigation.NavigateTo(PortalUrls.Passkeys);
    }

    private static string Id(UserPasskeyInfo passkey) => Base64Url.EncodeToString(passkey.CredentialId);

    private sealed class InputModel
    {
        public string? CredentialJson { get; set; }

        public string? Name { get; set; }
    }
}
