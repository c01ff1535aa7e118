using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>Local and normal snapshots, roll back, undo and enlarging in a browser, with the bytes looked at underneath.</summary>
[Collection(SharedStage.Name)]
public sealed class RollBackTests(Stage stage)
{
    [Fact]
    public async Task A_disk_is_rolled_back_to_its_snapshots_and_forth_again_bit_for_bit()
    {
        using var directory = new TemporaryDirectory();
        var first = await Ext4Image.MakeAsync(directory.File("first.img"), 16 << 20, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["noise.bin"] = Ext4Image.Noise(seed: 1, 2 << 20) });
        var second = await first.WithFileAsync(directory.File("second.img"), "later.bin", Ext4Image.Noise(seed: 2, 1 << 20));
        await stage.VisitAsync(async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/");
            await visit.CreateDiskAsync("rolled", 1);
            var disk = page.Url;
            var client = await PortalClient.OfAsync(visit);
            await visit.UploadAsync(first);
            var firstSha = await client.Sha256Async($"{disk}/content");
            await visit.CreateSnapshotAsync("stored");
            await visit.ExpectAccomplishedAsync();

            await page.GotoAsync(disk);
            await visit.UploadAsync(second);
            var secondSha = await client.Sha256Async($"{disk}/content");
            await CreateLocalAsync(visit, "instant");
            await Expect(visit.Badge("Accomplished")).ToBeVisibleAsync(); // there is nothing to wait for
            await page.GotoAsync(disk);
            await visit.UploadAsync(first);
            await CreateLocalAsync(visit, "newest");

            // To the local one, which is in the pool, and to the normal one, which is in the store.
            await page.GotoAsync(disk);
            await RollBackAsync(visit, "instant");
            await Expect(page.GetByText("Rolled back to")).ToBeVisibleAsync();
            Assert.Equal(secondSha, await client.Sha256Async($"{disk}/content"));
            await visit.LookAsync("disk-chain");
            await RollBackAsync(visit, "stored");
            await Expect(page.GetByText("Rolled back to")).ToHaveCountAsync(2);
            Assert.Equal(firstSha, await client.Sha256Async($"{disk}/content"));

            await page.GetByRole(AriaRole.Button, new() { Name = "Undo, bringing back: Before the roll back to stored" }).ClickAsync();
            await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Bring it back" }).ClickAsync();
            await Expect(page.GetByText("Roll back undone")).ToBeVisibleAsync();
            Assert.Equal(secondSha, await client.Sha256Async($"{disk}/content"));

            await EnlargeAsync(visit);
            await visit.LookAsync("disk-chain-undone");
            client.Dispose();
        });
    }

    [Fact]
    public Task Rolling_back_and_undoing_it_work_by_keyboard_alone() => stage.VisitAsync(async visit =>
    {
        using var directory = new TemporaryDirectory();
        var image = await Ext4Image.MakeAsync(directory.File("small.img"), 16 << 20, new Dictionary<string, byte[]>(StringComparer.Ordinal));
        var page = visit.Page;
        await page.GotoAsync("/");
        await visit.CreateDiskAsync("by-keyboard", 1);
        var disk = page.Url;
        await visit.UploadAsync(image);
        await CreateLocalAsync(visit, "instant");
        await page.GotoAsync(disk);

        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back to instant" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(visit.Dialog()).ToContainTextAsync("Nothing was written to the disk since");
        await TabToAsync(visit, "Roll back");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Rolled back to")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Undo, bringing back" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(visit.Dialog()).ToContainTextAsync("is kept for");
        await TabToAsync(visit, "Bring it back");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Roll back undone")).ToBeVisibleAsync();
    });

    [Fact]
    public Task Dialogs_and_the_list_look_right() => stage.VisitAsync(async visit =>
    {
        using var directory = new TemporaryDirectory();
        var image = await Ext4Image.MakeAsync(directory.File("small.img"), 16 << 20, new Dictionary<string, byte[]>(StringComparer.Ordinal));
        var page = visit.Page;
        await page.GotoAsync("/");
        await visit.CreateDiskAsync("looked-at", 1);
        var disk = page.Url;
        await visit.UploadAsync(image);
        await visit.Button("Create snapshot").ClickAsync();
        await visit.Dialog().GetByLabel("Kind").SelectOptionAsync("flash");
        await visit.LookAsync("dialog-create-snapshot");
        await CancelAsync(visit);
        await CreateLocalAsync(visit, "instant");
        await visit.LookAsync("snapshot-local");
        await visit.Button("Make normal").ClickAsync();
        await visit.LookAsync("dialog-make-normal");
        await CancelAsync(visit);

        await page.GotoAsync(disk);
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back to instant" }).ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("kept for");
        await visit.LookAsync("dialog-roll-back");
        await CancelAsync(visit);
        await visit.Button("Enlarge").ClickAsync();
        await visit.LookAsync("dialog-enlarge");
        await CancelAsync(visit);

        await visit.OpenAsync("Snapshots");
        await page.GetByLabel("Select all on this page").CheckAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Selected snapshots" })).ToBeVisibleAsync();
        await visit.LookAsync("snapshots-selected");
        var file = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).ClickAsync());
        Assert.Contains("\"instant\",\"flash\"", await File.ReadAllTextAsync(await file.PathAsync()), StringComparison.Ordinal);
    });

    private static async Task CreateLocalAsync(Visit visit, string name)
    {
        await visit.Button("Create snapshot").ClickAsync();
        await visit.TypeFirstAsync("Name", name);
        await visit.Dialog().GetByLabel("Kind").SelectOptionAsync("flash");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create snapshot" }).ClickAsync();
        await Expect(visit.Heading(name)).ToBeVisibleAsync();
    }

    private static async Task CancelAsync(Visit visit)
    {
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(visit.Dialog()).ToBeHiddenAsync();
    }

    private static async Task RollBackAsync(Visit visit, string snapshot)
    {
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = $"Roll back to {snapshot}", Exact = true }).ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("kept for 7 days");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Roll back", Exact = true }).ClickAsync();
        await Expect(visit.Dialog()).ToBeHiddenAsync();
    }

    private static async Task EnlargeAsync(Visit visit)
    {
        await visit.Button("Enlarge").ClickAsync();
        await visit.TypeFirstAsync("New size", "1");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Enlarge disk" }).ClickAsync();
        await Expect(visit.Dialog().GetByRole(AriaRole.Alert)).ToContainTextAsync("Disks only grow");
        await visit.Dialog().GetByLabel("New size").FillAsync("2");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Enlarge disk" }).ClickAsync();
        await Expect(visit.Page.Locator(".facts")).ToContainTextAsync("2 GiB");
    }

    private static async Task TabToAsync(Visit visit, string button)
    {
        var wanted = visit.Dialog().GetByRole(AriaRole.Button, new() { Name = button, Exact = true });
        for (var tabs = 0; tabs < 10 && !await wanted.EvaluateAsync<bool>("each => each === document.activeElement"); tabs++)
            await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(wanted).ToBeFocusedAsync();
    }
}
