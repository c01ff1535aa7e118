using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>Somebody is invited by a link, works, and is out of the open page when the rights are gone.</summary>
[Collection(SharedStage.Name)]
public sealed class MembersFlowTests(Stage stage)
{
    /// <summary>What the portal promises; an open page is told at once.</summary>
    private const float OutMilliseconds = 30_000;
    private const string Guest = "guest@example.com";
    private const string Password = "quite a long password 3";

    [Fact]
    public Task Who_was_invited_works_until_suspended_and_is_then_out_of_the_open_page() => stage.VisitAsync(owner => stage.VisitAsync(stage.Portal, async guest =>
    {
        await owner.Page.GotoAsync("/");
        await owner.CreateDiskAsync("for-guests", 1);
        await owner.OpenAsync("Members");
        var link = await InviteAsync(owner);

        await guest.Page.GotoAsync(link);
        await Expect(guest.Page.GetByText("You are invited as Operator.")).ToBeVisibleAsync();
        await guest.LookAsync("join");
        await guest.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await guest.Page.GetByLabel("Password again").FillAsync(Password);
        await guest.Button("Join").ClickAsync();
        await guest.OpenAsync("Disks");
        var disk = guest.Page.GetByRole(AriaRole.Link, new() { Name = "for-guests", Exact = true });
        await Expect(disk).ToBeVisibleAsync();

        await Expect(owner.Page.GetByText(Guest).First).ToBeVisibleAsync();
        await owner.Button($"Suspend {Guest}").ClickAsync();
        await Expect(disk).ToHaveCountAsync(0, new() { Timeout = OutMilliseconds });
        await owner.Button($"Resume {Guest}").ClickAsync();
        await Expect(disk).ToBeVisibleAsync(new() { Timeout = OutMilliseconds });

        await owner.OpenAsync("Users");
        await owner.Button($"Suspend {Guest}").ClickAsync();
        await owner.Dialog().GetByRole(AriaRole.Button, new() { Name = "Suspend user" }).ClickAsync();
        guest.MayComplain = true; // its circuit is cut
        await Expect(disk).ToHaveCountAsync(0, new() { Timeout = OutMilliseconds });
        await Expect(guest.Heading("Sign in")).ToBeVisibleAsync(new() { Timeout = OutMilliseconds });
        await guest.Page.GetByLabel("E-mail address").FillAsync(Guest);
        await guest.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await guest.Button("Sign in").ClickAsync();
        await Expect(guest.Page.GetByText("or the user is suspended")).ToBeVisibleAsync();

        await guest.Page.GotoAsync(link);
        await Expect(guest.Heading("This invitation is not valid")).ToBeVisibleAsync();
    }));

    private static async Task<string> InviteAsync(Visit owner)
    {
        await owner.Button("Invite by link").ClickAsync();
        await owner.TypeFirstAsync("E-mail address", Guest);
        await owner.Dialog().GetByRole(AriaRole.Button, new() { Name = "Make link" }).ClickAsync();
        var link = await owner.Dialog().Locator("[data-copy]").First.GetAttributeAsync("data-copy");
        await owner.Dialog().GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        return new Uri(link!).AbsolutePath;
    }
}
