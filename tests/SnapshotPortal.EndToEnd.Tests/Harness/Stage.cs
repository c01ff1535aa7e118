using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using Xunit.Sdk;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>
/// What all tests share: one browser, and one portal with an administrator for those that can live beside others. Tests
/// that kill, fill or set up a portal bring their own.
/// </summary>
public sealed class Stage : IAsyncLifetime
{
    private static readonly string[] BrowserArguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    /// <summary>For what should come at once, on a machine that is busy with other things.</summary>
    private const float PatienceMilliseconds = 15_000;

    private readonly Portal portal = Portal.WithAdministrator();
    private IPlaywright playwright = default!;
    private IBrowser browser = default!;
    private string? session;

    internal Portal Portal => portal;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        var starting = portal.StartAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium",
            Args = BrowserArguments,
        });
        await starting;
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await portal.DisposeAsync();
    }

    /// <summary>A visit to the shared portal by its administrator, who is signed in.</summary>
    internal async Task VisitAsync(Func<Visit, Task> body, BrowserNewContextOptions? options = null, [CallerMemberName] string test = "")
    {
        session ??= await SignInAsync(portal);
        options ??= new();
        options.StorageState = session;
        await VisitAsync(portal, body, options, test);
    }

    /// <summary>A visit with a new browser profile. Where it fails, a trace and a picture are kept and the portal's log is shown.</summary>
    internal async Task VisitAsync(Portal visited, Func<Visit, Task> body, BrowserNewContextOptions? options = null, [CallerMemberName] string test = "")
    {
        options ??= new();
        options.BaseURL = visited.Address.ToString();
        options.Locale = "en-GB";
        options.ViewportSize ??= new() { Width = 1440, Height = 900 };
        await using var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(PatienceMilliseconds);
        await context.Tracing.StartAsync(new() { Snapshots = true, Title = test });
        var visit = new Visit(visited, context, await context.NewPageAsync());
        try
        {
            await body(visit);
            visit.AssertQuiet();
        }
        catch (Exception failure)
        {
            throw new XunitException($"{failure.Message}\n\n{await KeepAsync(visit, test)}", failure);
        }
    }

    /// <summary>Signs the administrator in once and gives the cookies: signing in is limited to so many times a minute.</summary>
    internal async Task<string> SignInAsync(Portal visited)
    {
        var cookies = "";
        await VisitAsync(visited, async visit =>
        {
            await visit.SignInAsync(Portal.Administrator.Email, Portal.Administrator.Password);
            cookies = await visit.Context.StorageStateAsync();
        });
        return cookies;
    }

    private static async Task<string> KeepAsync(Visit visit, string test)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Places.Artifacts, "failures", test)).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "portal.log"), visit.Portal.Output.ToString());
        await visit.Context.Tracing.StopAsync(new() { Path = Path.Combine(directory, "trace.zip") });
        await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(directory, "page.png"), FullPage = true });
        return $"Page: {visit.Page.Url}\nBrowser: {string.Join("\n  ", visit.Problems)}\nKept in {directory}. The portal wrote:\n{visit.Portal.Output}";
    }
}

/// <summary>Every test of this project: one after another, since two browsers and two portals are what two cores bear.</summary>
[CollectionDefinition(Name)]
public sealed class SharedStage : ICollectionFixture<Stage>
{
    public const string Name = "End to end";
}
