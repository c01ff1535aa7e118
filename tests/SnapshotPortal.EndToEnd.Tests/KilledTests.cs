using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>SIGKILL in the middle of work: what was acknowledged is there, and the work goes on.</summary>
[Collection(SharedStage.Name)]
public sealed partial class KilledTests(Stage stage)
{
    private const long GiB = 1L << 30;
    private const long ImageBytes = 128 << 20;
    private const int PartBytes = 8 << 20;

    [Fact]
    public async Task A_killed_snapshot_upload_goes_on_by_itself_and_restores_identically()
    {
        using var directory = new TemporaryDirectory();
        var image = await NoisyImageAsync(directory);
        await using var portal = Portal.WithAdministrator();
        await portal.StartAsync();
        var snapshot = "";
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            await visit.CreateDiskAsync("killed", 1);
            using var client = await PortalClient.OfAsync(visit);
            await client.UploadAsync(new Uri(visit.Page.Url).AbsolutePath, image);
            await Expect(visit.Button("Create snapshot")).ToBeEnabledAsync();

            using var stored = new FirstFile(Path.Combine(portal.DataPath, "repositories"), "/packs/");
            await visit.CreateSnapshotAsync("killed-snapshot");
            snapshot = new Uri(visit.Page.Url).AbsolutePath;
            visit.MayComplain = true;
            await stored.Seen.WaitAsync(TimeSpan.FromMilliseconds(Walk.DataMilliseconds));
            await portal.KillAsync();
        });

        var goesOn = portal.Output.NextAsync("1 unfinished jobs go on");
        await portal.StartAsync();
        await goesOn.WaitAsync(TimeSpan.FromSeconds(10));
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            await visit.Page.GotoAsync(snapshot);
            await visit.ExpectAccomplishedAsync();
            using var client = await PortalClient.OfAsync(visit);
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async($"{snapshot}/content"));
        });
    }

    [Fact]
    public async Task A_killed_disk_upload_goes_on_and_sends_only_what_is_missing()
    {
        const int partCount = (int)(ImageBytes / PartBytes);
        using var directory = new TemporaryDirectory();
        var image = await NoisyImageAsync(directory);
        await using var portal = Portal.WithAdministrator();
        await portal.StartAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            await visit.CreateDiskAsync("resumed", 1);
            var disk = new Uri(visit.Page.Url).AbsolutePath;
            visit.Page.Dialog += (_, dialog) => _ = dialog.AcceptAsync(); // yes, leave the page although it uploads
            visit.MayComplain = true;

            var acknowledged = new ConcurrentDictionary<int, bool>();
            var someAre = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            visit.Page.Response += (_, response) =>
            {
                if (response.Status == 204 && PartOf(response.Url) is { } part && acknowledged.TryAdd(part, true) && acknowledged.Count == 5)
                    someAre.TrySetResult();
            };
            await visit.PickImageAsync(image);
            await someAre.Task.WaitAsync(TimeSpan.FromMilliseconds(Walk.DataMilliseconds));
            await portal.KillAsync();
            await portal.StartAsync();

            await visit.Page.GotoAsync(disk);
            await Expect(visit.Page.GetByText("An upload into this disk is unfinished")).ToBeVisibleAsync();
            var before = acknowledged.Keys.ToHashSet();
            Assert.InRange(before.Count, 5, partCount - 1);
            var sentAgain = new ConcurrentQueue<int>();
            visit.Page.Request += (_, request) =>
            {
                if (PartOf(request.Url) is { } part)
                    sentAgain.Enqueue(part);
            };
            await visit.UploadAsync(image);
            Assert.NotEmpty(sentAgain);
            Assert.Empty(sentAgain.Intersect(before));
            using var client = await PortalClient.OfAsync(visit);
            Assert.Equal(await image.Sha256Async(GiB), await client.Sha256Async($"{disk}/content"));
        });
    }

    private static Task<Ext4Image> NoisyImageAsync(TemporaryDirectory directory) => Ext4Image.MakeAsync(
        directory.File("noise.img"), ImageBytes, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["noise.bin"] = Ext4Image.Noise(seed: 4, 96 << 20) });

    private static int? PartOf(string address) =>
        PartAddress().Match(address) is { Success: true } match ? int.Parse(match.Groups["part"].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"/uploads/[^/]+/parts/(?<part>[0-9]+)$", RegexOptions.None, 1000)]
    private static partial Regex PartAddress();

    /// <summary>Waits for the first file below a directory whose path contains a text.</summary>
    private sealed class FirstFile : IDisposable
    {
        private readonly TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly FileSystemWatcher watcher;

        public FirstFile(string directory, string contained)
        {
            watcher = new FileSystemWatcher(directory) { IncludeSubdirectories = true };
            watcher.Created += Look;
            watcher.Renamed += Look;
            watcher.EnableRaisingEvents = true;

            void Look(object sender, FileSystemEventArgs change)
            {
                if (change.FullPath.Contains(contained, StringComparison.Ordinal) && !Directory.Exists(change.FullPath))
                    seen.TrySetResult();
            }
        }

        public Task Seen => seen.Task;

        public void Dispose() => watcher.Dispose();
    }
}
