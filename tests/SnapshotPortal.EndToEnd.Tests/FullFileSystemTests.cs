using System.Globalization;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>
/// A file system without room, in earnest: the portal runs with its data path on a small tmpfs that only it sees (a mount
/// namespace of its own, for which Linux asks no root), and a ballast file takes the room and gives it back.
/// </summary>
[Collection(SharedStage.Name)]
public sealed class FullFileSystemTests(Stage stage)
{
    private const long GiB = 1L << 30;
    private const int RoomBytes = 1 << 30;
    private const int ImageBytes = 256 << 20;
    private const int NoiseBytes = 192 << 20; // more than a segment of a pool: the first is there already, the next finds no room

    [Fact]
    public async Task Without_room_an_upload_and_a_snapshot_stop_with_their_reason_and_go_on_once_there_is_room()
    {
        using var directory = new TemporaryDirectory();
        var image = await Ext4Image.MakeAsync(
            directory.File("noise.img"), ImageBytes, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["noise.bin"] = Ext4Image.Noise(seed: 5, NoiseBytes) });
        await using var portal = Portal.WithAdministrator(wrapping: InSmallRoom(directory.Path), dataPath: directory.Path);
        await portal.StartAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            visit.MayComplain = true; // about the answers 507
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            await visit.CreateDiskAsync("crowded", 1);
            var disk = new Uri(visit.Page.Url).AbsolutePath;

            using (Ballast.LeaveFree(portal, 100 << 20))
            {
                await visit.PickImageAsync(image);
                await Expect(visit.Page.GetByText("The upload stopped.")).ToBeVisibleAsync(new() { Timeout = Walk.DataMilliseconds });
                await Expect(visit.Page.Locator("disk-upload")).ToContainTextAsync("Make room in the file system");
            }

            await visit.Button("Resume").ClickAsync();
            await Expect(visit.Page.GetByText("The image is in the disk.")).ToBeVisibleAsync(new() { Timeout = Walk.DataMilliseconds });

            using (Ballast.LeaveFree(portal, 40 << 20))
            {
                await visit.CreateSnapshotAsync("crowded-snapshot");
                await Expect(visit.Badge("Failed")).ToBeVisibleAsync(new() { Timeout = Walk.DataMilliseconds });
                await Expect(visit.Page.GetByText("The snapshot could not be uploaded.")).ToBeVisibleAsync();
                await visit.LookAsync("snapshot-failed");
            }

            await visit.Button("Try again").ClickAsync();
            await visit.ExpectAccomplishedAsync();
            using var client = await PortalClient.OfAsync(visit);
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async($"{disk}/content"));
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async($"{new Uri(visit.Page.Url).AbsolutePath}/content"));
        });
    }

    private static string[] InSmallRoom(string path)
    {
        string[] asRoot = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
        var script = string.Create(CultureInfo.InvariantCulture, $"mount -t tmpfs -o size={RoomBytes} tmpfs \"$0\" && exec \"$@\"");
        return ["unshare", "--mount", .. asRoot, "sh", "-c", script, path];
    }

    /// <summary>A file that takes up room until it is disposed of.</summary>
    private sealed class Ballast : IDisposable
    {
        private readonly string path;

        private Ballast(string path) => this.path = path;

        public static Ballast LeaveFree(Portal portal, long freeBytes)
        {
            var ballast = new Ballast(Path.Combine(portal.VisibleDataPath, "ballast"));
            var block = new byte[1 << 20];
            using var file = File.Create(ballast.path);
            for (var free = new DriveInfo(portal.VisibleDataPath).AvailableFreeSpace; free - block.Length >= freeBytes; free -= block.Length)
                file.Write(block);
            return ballast;
        }

        public void Dispose() => File.Delete(path);
    }
}
