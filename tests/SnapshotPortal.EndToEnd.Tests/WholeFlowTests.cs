using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>What the portal is for, from the first start to the last deletion, as one person does it in a browser.</summary>
[Collection(SharedStage.Name)]
public sealed class WholeFlowTests(Stage stage)
{
    private const long GiB = 1L << 30;

    [Fact]
    public async Task Real_disk_content_is_snapshotted_in_a_browser_and_comes_back_bit_for_bit()
    {
        using var directory = new TemporaryDirectory();
        var greeting = Encoding.UTF8.GetBytes("Known content in a known file.\n");
        var first = await Ext4Image.MakeAsync(directory.File("first.img"), GiB, new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["greeting.txt"] = greeting,
            ["noise.bin"] = Ext4Image.Noise(seed: 1, 24 << 20),
        });
        var second = await first.WithFileAsync(directory.File("second.img"), "later.bin", Ext4Image.Noise(seed: 2, 1 << 20));

        await using var portal = new Portal();
        var setUp = await portal.StartForSetUpAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await SetUpAsync(visit, setUp);

            await visit.CreateDiskAsync("web-data", 1);
            await Expect(visit.Button("Create snapshot")).ToBeDisabledAsync(); // nothing to keep yet
            var disk = visit.Page.Url;
            await visit.UploadAsync(first);
            await visit.CreateSnapshotAsync("first");
            await visit.ExpectAccomplishedAsync();
            await Expect(Figure(visit, "Stored by this snapshot")).ToContainTextAsync("Full");
            Assert.InRange(await BytesAsync(Figure(visit, "Stored by this snapshot")), 24 << 20, 40 << 20);
            var firstSnapshot = visit.Page.Url;

            await visit.Page.GotoAsync(disk);
            await visit.UploadAsync(second);
            await visit.CreateSnapshotAsync("second");
            await visit.ExpectAccomplishedAsync();
            await Expect(Figure(visit, "Stored by this snapshot")).ToContainTextAsync("Incremental");
            Assert.InRange(await BytesAsync(Figure(visit, "Stored by this snapshot")), 1 << 20, 4 << 20);

            await visit.Page.GotoAsync(firstSnapshot);
            await visit.Button("Create disk").ClickAsync();
            await visit.TypeFirstAsync("Name", "from-first");
            await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create disk" }).ClickAsync();
            await Expect(visit.Heading("from-first")).ToBeVisibleAsync();
            await Expect(visit.Badge("Available")).ToBeVisibleAsync(new() { Timeout = Walk.DataMilliseconds });
            var restored = await visit.DownloadAsync();
            Assert.Equal(await first.Sha256Async(), await restored.Sha256Async());
            await restored.CheckAsync();
            Assert.Equal(greeting, await restored.ReadFileAsync("greeting.txt"));

            await DeleteAllAsync(visit, firstSnapshot, disk);
        });
        Assert.Equal(0, await portal.StopAsync());
    }

    private static async Task SetUpAsync(Visit visit, Uri setUp)
    {
        await visit.Page.GotoAsync("/");
        await Expect(visit.Heading("Set up the portal")).ToBeVisibleAsync(); // nothing else is there yet
        await visit.Page.GotoAsync(setUp.ToString());
        await visit.Page.GetByLabel("Your e-mail address").FillAsync("first@example.com");
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync("a long enough password 1");
        await visit.Page.GetByLabel("Password again").FillAsync("a long enough password 1");
        await visit.Button("Create the administrator").ClickAsync();
        await Expect(visit.Heading("default")).ToBeVisibleAsync(); // the first account's overview

        await visit.Page.GetByLabel("Your profile: first@example.com").ClickAsync();
        await visit.Button("Sign out").ClickAsync();
        await Expect(visit.Heading("Sign in")).ToBeVisibleAsync();
        await visit.Page.GotoAsync(setUp.ToString());
        await Expect(visit.Heading("Sign in")).ToBeVisibleAsync(); // the token worked once
        await visit.SignInAsync("first@example.com", "a long enough password 1");
    }

    private static async Task DeleteAllAsync(Visit visit, string firstSnapshot, string disk)
    {
        await visit.Page.GotoAsync(firstSnapshot);
        await visit.Button("Delete").ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("cannot be restored any more");
        await Expect(visit.Dialog()).ToContainTextAsync("1 disk was made from it");
        await Expect(visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Delete snapshot" })).ToBeDisabledAsync();
        await visit.Dialog().GetByLabel("Delete it although disks were made from it").CheckAsync();
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Delete snapshot" }).ClickAsync();
        await Expect(visit.Heading("Snapshots")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "second", Exact = true })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "first", Exact = true })).ToBeHiddenAsync();

        // The second snapshot stands by itself: the disk it came from may go, and says that it leaves one behind.
        await visit.Page.GotoAsync(disk);
        await visit.Button("Delete").ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("Its snapshot stays");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Delete disk" }).ClickAsync();
        await Expect(visit.Heading("Disks")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "web-data", Exact = true })).ToBeHiddenAsync();

        // A disk whose content is nowhere else asks for its name.
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "from-first", Exact = true }).ClickAsync();
        await visit.Button("Delete").ClickAsync();
        var delete = visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Delete disk" });
        await Expect(delete).ToBeDisabledAsync();
        await visit.Dialog().GetByLabel("Type from-first to confirm").FillAsync("from-first");
        await delete.ClickAsync();
        await Expect(visit.Page.GetByText("No disks yet")).ToBeVisibleAsync();
    }

    private static ILocator Figure(Visit visit, string name) => visit.Page.Locator(".figure", new() { Has = visit.Page.GetByText(name, new() { Exact = true }) });

    private static async Task<long> BytesAsync(ILocator figure)
    {
        var words = (await figure.Locator(".value").InnerTextAsync()).Split(' ');
        var unit = words[1] switch { "B" => 1L, "KiB" => 1L << 10, "MiB" => 1L << 20, "GiB" => 1L << 30, var other => throw new FormatException(other) };
        return (long)(double.Parse(words[0], CultureInfo.InvariantCulture) * unit);
    }
}
