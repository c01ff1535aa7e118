using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>What a person does in the portal, step by step, by what they see: roles, labels, words.</summary>
internal static class Walk
{
    /// <summary>How long data may take to be uploaded, snapshotted or restored on a slow machine.</summary>
    public const float DataMilliseconds = 120_000;

    public static ILocator Dialog(this Visit visit) => visit.Page.GetByRole(AriaRole.Dialog);

    public static ILocator Heading(this Visit visit, string name) => visit.Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true, Level = 1 });

    public static ILocator Button(this Visit visit, string name) => visit.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Badge(this Visit visit, string status) => visit.Page.Locator(".page-head").GetByText(status, new() { Exact = true });

    public static async Task SignInAsync(this Visit visit, string email, string password)
    {
        await visit.Page.GotoAsync("/sign-in");
        await visit.Page.GetByLabel("E-mail address").FillAsync(email);
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await visit.Button("Sign in").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();
    }

    /// <summary>Goes to a page by the navigation of the frame.</summary>
    public static async Task OpenAsync(this Visit visit, string page)
    {
        await visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = page, Exact = true }).ClickAsync();
        await Expect(visit.Heading(page)).ToBeVisibleAsync();
    }

    /// <summary>Creates an empty disk and opens its page.</summary>
    public static async Task CreateDiskAsync(this Visit visit, string name, int sizeGiB, string zone = "local-1a")
    {
        await visit.OpenAsync("Disks");
        await visit.Button("Create disk").First.ClickAsync();
        await visit.TypeFirstAsync("Name", name);
        await visit.Dialog().GetByLabel("Zone").SelectOptionAsync(zone);
        await visit.Dialog().GetByLabel("Category").SelectOptionAsync(new SelectOptionValue { Label = "ESSD PL0" });
        await visit.Dialog().GetByLabel("Size").FillAsync(sizeGiB.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create disk" }).ClickAsync();
        await Expect(visit.Heading(name)).ToBeVisibleAsync();
        await Expect(visit.Badge("Available")).ToBeVisibleAsync();
    }

    /// <summary>Types into the first field of the dialog that is opening, once the dialog has put the focus there.</summary>
    public static async Task TypeFirstAsync(this Visit visit, string label, string text)
    {
        var field = visit.Dialog().GetByLabel(label);
        await Expect(field).ToBeFocusedAsync();
        await field.FillAsync(text);
    }

    /// <summary>Picks an image in the file input of the open disk.</summary>
    public static Task PickImageAsync(this Visit visit, Ext4Image image) => visit.Page.Locator("disk-upload input[type=file]").SetInputFilesAsync(image.Path);

    /// <summary>Uploads an image into the open disk, to the end.</summary>
    public static async Task UploadAsync(this Visit visit, Ext4Image image)
    {
        await visit.PickImageAsync(image);
        await Expect(visit.Page.GetByText("The image is in the disk.")).ToBeVisibleAsync(new() { Timeout = DataMilliseconds });
    }

    /// <summary>Creates a snapshot of the open disk; its page opens.</summary>
    public static async Task CreateSnapshotAsync(this Visit visit, string name)
    {
        await visit.Button("Create snapshot").ClickAsync();
        await visit.TypeFirstAsync("Name", name);
        await visit.Dialog().GetByRole(AriaRole.Button, new() { Name = "Create snapshot" }).ClickAsync();
        await Expect(visit.Heading(name)).ToBeVisibleAsync();
    }

    public static Task ExpectAccomplishedAsync(this Visit visit) => Expect(visit.Badge("Accomplished")).ToBeVisibleAsync(new() { Timeout = DataMilliseconds });

    /// <summary>Downloads what the open page's "Download raw" gives.</summary>
    public static async Task<Ext4Image> DownloadAsync(this Visit visit)
    {
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Download raw" }).ClickAsync());
        return Ext4Image.At(await download.PathAsync());
    }
}
