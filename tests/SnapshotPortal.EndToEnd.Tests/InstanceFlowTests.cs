using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>From an uploaded system to a machine that runs it: image, instance, a real NBD client, stop, and the bytes that it wrote.</summary>
[Collection(SharedStage.Name)]
public sealed class InstanceFlowTests(Stage stage)
{
    private const long GiB = 1L << 30;

    [Fact]
    public Task An_instance_of_a_custom_image_is_used_over_NBD_and_stopped_holds_what_was_written() => stage.VisitAsync(async visit =>
    {
        using var directory = new TemporaryDirectory();
        var golden = await Ext4Image.MakeAsync(directory.File("golden.img"), 64 << 20, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["system.bin"] = Ext4Image.Noise(seed: 1, 8 << 20) });
        var changed = await golden.WithFileAsync(directory.File("changed.img"), "later.bin", Ext4Image.Noise(seed: 2, 1 << 20));

        await visit.Page.GotoAsync("/");
        var snapshot = await StoreSystemAsync(visit, golden);
        await visit.Button("Create image").ClickAsync();
        await visit.TypeFirstAsync("Name", "golden");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create image" }).ClickAsync();
        await Expect(visit.Heading("golden")).ToBeVisibleAsync();
        await Expect(visit.Badge("Available")).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Run instance" }).ClickAsync();
        await visit.Page.GetByLabel("Name").FillAsync("web");
        await visit.Button("Run instance").ClickAsync();
        await Expect(visit.Heading("web")).ToBeVisibleAsync();
        await Expect(visit.Badge("Running")).ToBeVisibleAsync();

        var address = await AddressAsync(visit);
        await visit.LookAsync("instance-connect");
        var read = Ext4Image.At(directory.File("read.raw"));
        await Tool.RunAsync("nbdcopy", address, read.Path);
        Assert.Equal(await golden.Sha256Async(GiB), await read.Sha256Async());
        await Tool.RunAsync("nbdcopy", "--flush", changed.Path, address);

        await visit.Button("Stop").ClickAsync();
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Stop instance" }).ClickAsync();
        await Expect(visit.Badge("Stopped")).ToBeVisibleAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Tool.RunAsync("nbdinfo", "--size", address)); // served to nobody

        var instance = visit.Page.Url;
        await visit.Page.Locator("td.first a").ClickAsync();
        await Expect(visit.Page.GetByText("/dev/xvda")).ToBeVisibleAsync();
        var written = await visit.DownloadAsync();
        Assert.Equal(await changed.Sha256Async(GiB), await written.Sha256Async());
        await written.CheckAsync();

        await RefuseToDeleteAsync(visit, snapshot);
        await ReleaseAsync(visit, instance);
    });

    /// <summary>A system disk with that content, and a stored snapshot of it whose page is open.</summary>
    private static async Task<string> StoreSystemAsync(Visit visit, Ext4Image system)
    {
        await visit.OpenAsync("Disks");
        await visit.Button("Create disk").First.ClickAsync();
        await visit.TypeFirstAsync("Name", "golden-system");
        await visit.Dialog().GetByLabel("Category").SelectOptionAsync(new SelectOptionValue { Label = "ESSD PL0" });
        await visit.Dialog().GetByLabel("Size").FillAsync("1");
        await visit.Dialog().GetByLabel("System disk").CheckAsync();
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create disk" }).ClickAsync();
        await Expect(visit.Heading("golden-system")).ToBeVisibleAsync();
        await visit.UploadAsync(system);
        await visit.CreateSnapshotAsync("golden-snapshot");
        await visit.ExpectAccomplishedAsync();
        return visit.Page.Url;
    }

    /// <summary>The address that the page's command for nbdcopy has.</summary>
    private static async Task<string> AddressAsync(Visit visit)
    {
        await visit.Button("Show connection commands").ClickAsync();
        var command = await visit.Button("Copy the nbdcopy command").GetAttributeAsync("data-copy");
        return command!.Split('\'')[1];
    }

    private static async Task RefuseToDeleteAsync(Visit visit, string snapshot)
    {
        await visit.Page.GotoAsync(snapshot);
        await visit.Button("Delete").ClickAsync();
        await visit.Dialog().GetByLabel("Delete it although disks were made from it").CheckAsync();
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Delete snapshot" }).ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("The image golden");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
    }

    private static async Task ReleaseAsync(Visit visit, string instance)
    {
        await visit.Page.GotoAsync(instance);
        await visit.Button("Release").ClickAsync();
        await Expect(visit.Dialog()).ToContainTextAsync("1 disk goes with it, 1 GiB");
        await visit.Dialog().GetByLabel("Type web to confirm").FillAsync("web");
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Release instance" }).ClickAsync();
        await Expect(visit.Heading("Instances")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "web", Exact = true })).ToBeHiddenAsync();
    }
}
