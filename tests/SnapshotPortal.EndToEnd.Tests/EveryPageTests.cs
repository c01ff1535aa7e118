using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>
/// Every page, looked at closely: accessibility, narrow screens, pictures under artifacts/screenshots. The browser's
/// complaints, also about the Content-Security-Policy, and requests to other hosts fail any visit.
/// </summary>
[Collection(SharedStage.Name)]
public sealed class EveryPageTests(Stage stage)
{
    [Fact]
    public async Task Pages_before_signing_in_look_right()
    {
        await using var portal = new Portal();
        var setUp = await portal.StartForSetUpAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.Page.GotoAsync(setUp.ToString());
            await visit.LookAsync("setup");
        });
        await stage.VisitAsync(stage.Portal, async visit =>
        {
            await visit.Page.GotoAsync("/sign-in");
            await visit.LookAsync("sign-in");
            await visit.Page.GotoAsync("/sign-in/forgot-password");
            await visit.LookAsync("forgot-password");
        });
    }

    [Fact]
    public async Task Pages_with_nothing_in_them_look_right_and_say_what_to_do()
    {
        await using var portal = Portal.WithAdministrator();
        await portal.StartAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            await Expect(visit.Page.GetByText("Three steps to the first snapshot")).ToBeVisibleAsync();
            await visit.LookAsync("empty-overview");
            foreach (var (page, says) in new[] { ("Disks", "No disks yet"), ("Snapshots", "No snapshots yet"), ("Instances", "No instances yet"), ("Images", "blank_x64_20G"), ("Tasks", "No tasks yet") })
            {
                await visit.OpenAsync(page);
                await Expect(visit.Page.GetByText(says, new() { Exact = true }).First).ToBeVisibleAsync();
                await visit.LookAsync($"empty-{page}");
            }
        });
    }

    [Fact]
    public Task Pages_of_an_account_in_use_look_right() => stage.VisitAsync(async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync("/");
        await FillAsync(visit);
        await visit.LookAsync("snapshot");

        await visit.OpenAsync("Snapshots");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "before-upgrade", Exact = true })).ToBeVisibleAsync();
        await visit.LookAsync("snapshots");
        await visit.OpenAsync("Tasks");
        await Expect(page.GetByText("Upload snapshot").First).ToBeVisibleAsync();
        await visit.LookAsync("tasks");
        await visit.OpenAsync("Images");
        await visit.LookAsync("images");
        await page.GetByRole(AriaRole.Link, new() { Name = "blank_x64_20G", Exact = true }).ClickAsync();
        await Expect(visit.Heading("blank_x64_20G")).ToBeVisibleAsync();
        await visit.LookAsync("image");
        await page.GetByRole(AriaRole.Link, new() { Name = "Run instance" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("looked-at");
        await visit.Button("Add data disk").ClickAsync();
        await visit.LookAsync("run-instance");
        await visit.Button("Run instance").ClickAsync();
        await Expect(visit.Heading("looked-at")).ToBeVisibleAsync();
        await visit.Button("Show connection commands").ClickAsync();
        await Expect(page.GetByText("nbd-client").First).ToBeVisibleAsync();
        await visit.LookAsync("instance");
        await visit.OpenAsync("Instances");
        await visit.LookAsync("instances");
        await visit.OpenAsync("Members");
        await visit.LookAsync("members");
        await visit.OpenAsync("Access keys");
        await Expect(page.GetByText("No access keys yet")).ToBeVisibleAsync();
        await visit.LookAsync("access-keys");
        await visit.OpenAsync("Developer");
        await Expect(page.GetByText("No calls yet")).ToBeVisibleAsync();
        await visit.LookAsync("developer");
        await visit.OpenAsync("Activity");
        await Expect(page.GetByText("CreateSnapshot").First).ToBeVisibleAsync();
        await visit.LookAsync("activity");
        await visit.OpenAsync("Usage and cost");
        await Expect(page.GetByText("Forecast of the month").Or(page.GetByText("Nothing metered in this month")).First).ToBeVisibleAsync();
        await visit.LookAsync("usage");
        await visit.OpenAsync("Quotas");
        await Expect(page.GetByText("Manual snapshots of a disk")).ToBeVisibleAsync();
        await visit.LookAsync("quotas");
        await visit.OpenAsync("Prices");
        await Expect(page.GetByText("Hold now")).ToBeVisibleAsync();
        await visit.LookAsync("prices");
        await visit.OpenAsync("Activity of the portal");
        await visit.Button("Verify the chain").ClickAsync();
        await Expect(page.GetByText("each as it was written")).ToBeVisibleAsync();
        await visit.LookAsync("portal-activity");
        await visit.OpenAsync("Users");
        await visit.LookAsync("users");
        await visit.OpenAsync("Accounts");
        await visit.LookAsync("accounts");
        await page.GetByRole(AriaRole.Link, new() { Name = "Quotas of default" }).ClickAsync();
        await Expect(visit.Heading("Quotas of an account")).ToBeVisibleAsync();
        await visit.LookAsync("account-quotas");
        await visit.OpenAsync("Stores");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Repositories", Exact = true })).ToBeVisibleAsync();
        await visit.LookAsync("stores");

        await visit.OpenAsync("Disks");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "database", Exact = true })).ToBeVisibleAsync();
        await visit.LookAsync("disks");
        await page.GetByRole(AriaRole.Link, new() { Name = "database", Exact = true }).ClickAsync();
        await Expect(visit.Heading("database")).ToBeVisibleAsync();
        await visit.LookAsync("disk");

        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync();
        await Expect(page.GetByText("Stored for snapshots")).ToBeVisibleAsync();
        await visit.LookAsync("overview");
    });

    [Fact]
    public Task Dialogs_look_right() => stage.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await visit.OpenAsync("Disks");
        await visit.Button("Create disk").First.ClickAsync();
        await Expect(visit.Dialog().GetByLabel("Size")).ToBeVisibleAsync();
        await visit.LookAsync("dialog-create-disk");
        await visit.TypeFirstAsync("Name", "1");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create disk" }).ClickAsync();
        await Expect(visit.Dialog().GetByRole(AriaRole.Alert)).ToBeVisibleAsync(); // refused beside its field
        await visit.LookAsync("dialog-create-disk-refused");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await visit.CreateDiskAsync("dialogs", 1);
        await visit.Button("Delete").ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("It was never written to");
        await visit.LookAsync("dialog-delete-disk");
    });

    [Fact]
    public Task Pages_that_are_not_there_look_right() => stage.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await Expect(visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();
        var account = new Uri(visit.Page.Url).AbsolutePath;
        await visit.Page.GotoAsync($"{account}/disks/d-nothing");
        await Expect(visit.Page.GetByText("There is no such disk")).ToBeVisibleAsync();
        await visit.LookAsync("no-disk");
        await visit.Page.GotoAsync("/a/no-account/disks");
        await Expect(visit.Page.GetByText("There is nothing here").Or(visit.Page.GetByText("This is not yours to see"))).ToBeVisibleAsync();
        await visit.LookAsync("no-account");
        await visit.Page.GotoAsync("/profile/password");
        await visit.LookAsync("profile-password");
        visit.MayComplain = true; // the answer is 404
        await visit.Page.GotoAsync("/nowhere");
        await visit.LookAsync("not-found");
    });

    /// <summary>A disk with content and a snapshot, whose page is open at the end.</summary>
    private static async Task FillAsync(Visit visit)
    {
        using var directory = new TemporaryDirectory();
        var image = await Ext4Image.MakeAsync(directory.File("small.img"), 16 << 20, new Dictionary<string, byte[]>(StringComparer.Ordinal));
        await visit.CreateDiskAsync("database", 1);
        await visit.UploadAsync(image);
        await visit.CreateSnapshotAsync("before-upgrade");
        await visit.ExpectAccomplishedAsync();
    }
}
