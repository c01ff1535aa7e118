using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>What one person does, another sees within two seconds, without loading the page again.</summary>
[Collection(SharedStage.Name)]
public sealed class LivePagesTests(Stage stage)
{
    private const float Soon = 2000;

    [Fact]
    public Task What_one_browser_does_another_sees() => stage.VisitAsync(one => stage.VisitAsync(async other =>
    {
        await one.Page.GotoAsync("/");
        await other.Page.GotoAsync("/");
        await other.OpenAsync("Disks");
        var row = other.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "shared-view" });
        await Expect(row).ToHaveCountAsync(0);

        await one.CreateDiskAsync("shared-view", 1);
        await Expect(row).ToBeVisibleAsync(new() { Timeout = Soon });
        await row.GetByRole(AriaRole.Link, new() { Name = "shared-view", Exact = true }).ClickAsync();
        await Expect(other.Heading("shared-view")).ToBeVisibleAsync();

        await one.Button("Edit").ClickAsync();
        await one.TypeFirstAsync("Name", "renamed-view");
        await one.Dialog().GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(other.Heading("renamed-view")).ToBeVisibleAsync(new() { Timeout = Soon });

        await one.Button("Delete").ClickAsync();
        await one.Dialog().GetByRole(AriaRole.Button, new() { Name = "Delete disk" }).ClickAsync();
        await Expect(other.Page.GetByText("There is no such disk")).ToBeVisibleAsync(new() { Timeout = Soon });
    }));
}
