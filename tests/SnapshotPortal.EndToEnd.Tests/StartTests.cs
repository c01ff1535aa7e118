using System.Globalization;
using Microsoft.Playwright;
using SnapshotPortal.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>How a portal starts, and what it says where it cannot.</summary>
[Collection(SharedStage.Name)]
public sealed class StartTests(Stage stage)
{
    [Theory]
    [InlineData("Portal__DataPath", " ", "Portal:DataPath")]
    [InlineData("Portal__Regions__0__RegionId", "Not A Region", "Portal:Regions:0:RegionId")]
    [InlineData("Portal__Bootstrap__AdminEmail", "nobody", "Portal:Bootstrap")]
    [InlineData("Portal__Quotas__ManualSnapshotsPerDisk", "many", "Portal:Quotas:ManualSnapshotsPerDisk")]
    public async Task Wrong_configuration_ends_with_1_and_names_its_key(string key, string value, string named)
    {
        await using var portal = new Portal(settings: new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
        Assert.Equal(1, await portal.RunToEndAsync());
        Assert.Contains(named, portal.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Allowed:", portal.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", portal.Output.ToString(), StringComparison.Ordinal); // no stack trace
    }

    [Fact]
    public async Task A_second_portal_on_the_same_data_path_is_refused_naming_the_first()
    {
        await using var second = new Portal(dataPath: stage.Portal.DataPath);
        Assert.Equal(1, await second.RunToEndAsync());
        Assert.Contains($"process {stage.Portal.ProcessId.ToString(CultureInfo.InvariantCulture)}", second.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_portal_on_the_same_address_is_refused_in_a_sentence()
    {
        await using var second = new Portal(settings: new Dictionary<string, string>(StringComparer.Ordinal)) { Port = stage.Portal.Address.Port };
        Assert.Equal(1, await second.RunToEndAsync());
        Assert.Contains("address already in use", second.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("--urls", second.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Development_shows_its_demonstration_users_and_lets_them_in()
    {
        await using var portal = new Portal("Development");
        await portal.StartAsync();
        await stage.VisitAsync(portal, async visit =>
        {
            await visit.Page.GotoAsync("/");
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Demonstration users" })).ToBeVisibleAsync();
            await visit.Button("user@example.com").ClickAsync();
            await visit.Button("Sign in").ClickAsync();
            await visit.OpenAsync("Disks");
        });
    }

    [Fact]
    public Task Production_shows_no_demonstration_users() => stage.VisitAsync(stage.Portal, async visit =>
    {
        await visit.Page.GotoAsync("/sign-in");
        await Expect(visit.Heading("Sign in")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("example.com")).ToHaveCountAsync(0);
        Assert.DoesNotContain("demo", await visit.Page.ContentAsync(), StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public async Task A_healthy_portal_says_so_to_anybody()
    {
        using var http = new HttpClient { BaseAddress = stage.Portal.Address };
        Assert.Equal("Healthy", await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }
}
