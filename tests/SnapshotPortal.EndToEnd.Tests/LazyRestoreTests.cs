using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>A disk made of a snapshot is there at once, and is filled behind its user's back, whatever happens meanwhile.</summary>
[Collection(SharedStage.Name)]
public sealed class LazyRestoreTests(Stage stage)
{
    private const long GiB = 1L << 30;
    private const long ImageBytes = 128 << 20, NoiseBytes = 96 << 20;

    [Fact]
    public async Task A_disk_of_a_snapshot_can_be_read_at_once_and_is_filled_although_the_portal_is_killed()
    {
        using var directory = new TemporaryDirectory();
        var image = await NoisyImageAsync(directory);
        await using var portal = WithRate(mebibytesPerSecond: 8);
        await portal.StartAsync();
        var disk = "";
        await stage.VisitAsync(portal, async visit =>
        {
            await MakeDiskOfSnapshotAsync(visit, image);
            disk = new Uri(visit.Page.Url).AbsolutePath;
            await Expect(Filling(visit)).ToBeVisibleAsync();
            visit.MayComplain = true;
            await portal.KillAsync();
        });

        await portal.StartAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            await visit.Page.GotoAsync(disk);
            await Expect(visit.Badge("Available")).ToBeVisibleAsync();
            await Expect(Filling(visit)).ToBeVisibleAsync();
            using var client = await PortalClient.OfAsync(visit);
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async($"{disk}/content"));
            await Expect(Filling(visit)).ToBeHiddenAsync(new() { Timeout = Walk.DataMilliseconds });

            Directory.Move(Repository(portal), Repository(portal) + ".away"); // whole, the disk needs no repository
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async($"{disk}/content"));
        });
    }

    [Fact]
    public async Task While_the_repository_is_away_only_what_is_not_copied_yet_cannot_be_read()
    {
        using var directory = new TemporaryDirectory();
        var image = await NoisyImageAsync(directory);
        await using var portal = WithRate(mebibytesPerSecond: 1);
        await portal.StartAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await MakeDiskOfSnapshotAsync(visit, image);
            var content = $"{new Uri(visit.Page.Url).AbsolutePath}/content";
            await Expect(visit.Page.GetByText(new Regex("Filling, [2-9] %", RegexOptions.None, TimeSpan.FromSeconds(1)))).ToBeVisibleAsync(new() { Timeout = Walk.DataMilliseconds });
            using var client = await PortalClient.OfAsync(visit);

            Directory.Move(Repository(portal), Repository(portal) + ".away");
            await Expect(visit.Page.Locator("#content").GetByText("Waits for another attempt")).ToBeVisibleAsync(new() { Timeout = Walk.DataMilliseconds });
            Assert.Equal(4096, (await ReadAsync(client, content, offset: 0)).Length);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => ReadAsync(client, content, offset: NoiseBytes - GiB / 128));

            Directory.Move(Repository(portal) + ".away", Repository(portal));
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async(content));
        });
    }

    private static async Task MakeDiskOfSnapshotAsync(Visit visit, Ext4Image image)
    {
        await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
        await visit.CreateDiskAsync("original", 1);
        using (var client = await PortalClient.OfAsync(visit))
            await client.UploadAsync(new Uri(visit.Page.Url).AbsolutePath, image);
        await Expect(visit.Button("Create snapshot")).ToBeEnabledAsync();
        await visit.CreateSnapshotAsync("stored");
        await visit.ExpectAccomplishedAsync();
        await visit.Button("Create disk").ClickAsync();
        await visit.TypeFirstAsync("Name", "lazy");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create disk" }).ClickAsync();
        await Expect(visit.Heading("lazy")).ToBeVisibleAsync();
        await Expect(visit.Badge("Available")).ToBeVisibleAsync();
    }

    private static ILocator Filling(Visit visit) => visit.Page.Locator(".page-head").GetByText("Filling");

    private static async Task<byte[]> ReadAsync(PortalClient client, string content, long offset)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(content, UriKind.Relative)) { Headers = { Range = new RangeHeaderValue(offset, offset + 4095) } };
        using var answer = await client.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    private static string Repository(Portal portal) => Path.Combine(portal.DataPath, "repositories", "local-1");

    private static Portal WithRate(int mebibytesPerSecond) => Portal.WithAdministrator(settings: new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Portal__Rates__HydrationMiBPerSecond"] = $"{mebibytesPerSecond}",
    });

    private static Task<Ext4Image> NoisyImageAsync(TemporaryDirectory directory) => Ext4Image.MakeAsync(
        directory.File("noise.img"), ImageBytes, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["noise.bin"] = Ext4Image.Noise(seed: 5, (int)NoiseBytes) });
}
