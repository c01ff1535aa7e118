using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>The ways in: a one-time password, an authenticator app, a recovery code, a passkey.</summary>
[Collection(SharedStage.Name)]
public sealed class SignInTests(Stage stage)
{
    private const string NewPassword = "quite another password 2";

    [Fact]
    public async Task A_new_user_chooses_a_password_and_signs_in_with_an_authenticator_app()
    {
        var oneTimePassword = await CreateUserAsync("app@example.com");
        await stage.VisitAsync(stage.Portal, async visit =>
        {
            await ChoosePasswordAsync(visit, "app@example.com", oneTimePassword);

            await visit.Page.GotoAsync("/profile/authenticator");
            await visit.LookAsync("profile-authenticator");
            var key = await visit.Page.Locator("[data-copy]").GetAttributeAsync("data-copy");
            await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync("000000");
            await visit.Button("Turn it on").ClickAsync();
            await Expect(visit.Page.GetByText("This code is wrong or too old")).ToBeVisibleAsync();
            await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(CodeOf(key!));
            await visit.Button("Turn it on").ClickAsync();
            var recoveryCodes = visit.Page.GetByRole(AriaRole.List, new() { Name = "Recovery codes" }).GetByRole(AriaRole.Listitem);
            await Expect(recoveryCodes).ToHaveCountAsync(10);
            var recoveryCode = await recoveryCodes.First.InnerTextAsync();
            await visit.LookAsync("profile-recovery-codes");

            await SignOutAsync(visit);
            await GivePasswordAsync(visit, "app@example.com", NewPassword);
            await Expect(visit.Heading("Enter your code")).ToBeVisibleAsync();
            await visit.LookAsync("sign-in-code");
            await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(CodeOf(key!));
            await visit.Button("Sign in").ClickAsync();
            await Expect(visit.Page.GetByText("You are in no account yet")).ToBeVisibleAsync();

            await SignOutAsync(visit);
            await GivePasswordAsync(visit, "app@example.com", NewPassword);
            await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code instead" }).ClickAsync();
            await Expect(visit.Heading("Use a recovery code")).ToBeVisibleAsync();
            await visit.LookAsync("sign-in-recovery-code");
            await visit.Page.GetByLabel("Recovery code").FillAsync(recoveryCode);
            await visit.Button("Sign in").ClickAsync();
            await Expect(visit.Page.GetByText("You are in no account yet")).ToBeVisibleAsync();
            await visit.Page.GotoAsync("/profile/authenticator");
            await Expect(visit.Page.GetByText("9 recovery codes are left.")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task A_user_adds_a_passkey_and_signs_in_with_it()
    {
        var oneTimePassword = await CreateUserAsync("key@example.com");
        await stage.VisitAsync(stage.Portal, async visit =>
        {
            await ChoosePasswordAsync(visit, "key@example.com", oneTimePassword);
            await AddAuthenticatorAsync(visit);

            await visit.Page.GotoAsync("/profile/passkeys");
            await visit.Page.GetByLabel("Name of the new passkey").FillAsync("Laptop");
            await visit.Button("Add a passkey").ClickAsync();
            await Expect(visit.Button("Remove Laptop")).ToBeVisibleAsync();
            await visit.LookAsync("profile-passkeys");

            // The sign-in page offers the passkey by itself and the authenticator takes the offer at once: no button is needed.
            await SignOutAsync(visit, thenSignedInAgain: true);
            await Expect(visit.Page.GetByText("You are in no account yet")).ToBeVisibleAsync();

            await visit.Page.GotoAsync("/profile/passkeys");
            await visit.Button("Remove Laptop").ClickAsync();
            await Expect(visit.Page.GetByText("You have no passkeys yet.")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public Task A_wrong_password_tells_nothing_about_who_exists() => stage.VisitAsync(stage.Portal, async visit =>
    {
        foreach (var email in new[] { Portal.Administrator.Email, "nobody@example.com" })
        {
            await GivePasswordAsync(visit, email, "wrong");
            await Expect(visit.Page.GetByText("The e-mail address or the password is wrong")).ToBeVisibleAsync();
        }
    });

    [Fact]
    public async Task Guessing_is_slowed_down_however_the_address_is_spelt()
    {
        await using var portal = Portal.WithAdministrator();
        await portal.StartAsync();
        using var http = new HttpClient { BaseAddress = portal.Address };
        for (var attempt = 0; attempt < 20; attempt++)
            Assert.NotEqual(HttpStatusCode.TooManyRequests, await PostAsync(attempt % 2 == 0 ? "/sign-in" : "/Sign-In"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync("/SIGN-IN"));
        Assert.NotEqual(HttpStatusCode.TooManyRequests, await PostAsync("/sign-in/passkey-options")); // which every look at the page asks for

        async Task<HttpStatusCode> PostAsync(string path)
        {
            using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), new FormUrlEncodedContent([]));
            return answer.StatusCode;
        }
    }

    /// <summary>The administrator creates a user, and is told the one-time password.</summary>
    private async Task<string> CreateUserAsync(string email)
    {
        var password = "";
        await stage.VisitAsync(async visit =>
        {
            await visit.Page.GotoAsync("/admin/users");
            await visit.Button("Create user").ClickAsync();
            await visit.TypeFirstAsync("E-mail address", email);
            await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create user" }).ClickAsync();
            password = await visit.Dialog().Locator("[data-copy]").GetAttributeAsync("data-copy") ?? "";
            await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = email })).ToContainTextAsync("One-time password");
        });
        return password;
    }

    /// <summary>Signs in with the one-time password: no page but the one that changes it can be seen.</summary>
    private static async Task ChoosePasswordAsync(Visit visit, string email, string oneTimePassword)
    {
        await GivePasswordAsync(visit, email, oneTimePassword);
        await Expect(visit.Heading("Change your password")).ToBeVisibleAsync();
        await visit.Page.GotoAsync("/");
        await Expect(visit.Heading("Change your password")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Current password").FillAsync(oneTimePassword);
        await visit.Page.GetByLabel("New password", new() { Exact = true }).FillAsync(NewPassword);
        await visit.Page.GetByLabel("New password again").FillAsync(NewPassword);
        await visit.Button("Change password").ClickAsync();
        await Expect(visit.Page.GetByText("You are in no account yet")).ToBeVisibleAsync();
    }

    private static async Task GivePasswordAsync(Visit visit, string email, string password)
    {
        await visit.Page.GotoAsync("/sign-in");
        await visit.Page.GetByLabel("E-mail address").FillAsync(email);
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await visit.Button("Sign in").ClickAsync();
    }

    private static async Task SignOutAsync(Visit visit, bool thenSignedInAgain = false)
    {
        await visit.Page.GotoAsync("/");
        await visit.Page.GetByLabel("Your profile").ClickAsync();
        await visit.Button("Sign out").ClickAsync();
        if (!thenSignedInAgain)
            await Expect(visit.Heading("Sign in")).ToBeVisibleAsync();
    }

    private static async Task AddAuthenticatorAsync(Visit visit)
    {
        var chromium = await visit.Context.NewCDPSessionAsync(visit.Page);
        await chromium.SendAsync("WebAuthn.enable");
        await chromium.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    /// <summary>What an authenticator app shows now for a key (RFC 6238: HMAC-SHA-1, 30 seconds, six digits).</summary>
    private static string CodeOf(string key)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(key.Where(char.IsLetterOrDigit).Select(letter => Convert.ToString(alphabet.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var secret = bits.Chunk(8).Where(octet => octet.Length == 8).Select(octet => Convert.ToByte(new string(octet), 2)).ToArray();
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // what authenticator apps use
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
