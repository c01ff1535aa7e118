using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>
/// A close look at the open page in both themes, on a wide and on a narrow screen: pictures for people, and what a machine
/// can judge — nothing serious for those who cannot see or point well, nothing that scrolls sideways.
/// </summary>
internal static class Looks
{
    private static readonly (int Width, int Height)[] Screens = [(1440, 900), (390, 844)];

    public static async Task LookAsync(this Visit visit, string name)
    {
        var page = visit.Page;
        var directory = Directory.CreateDirectory(Path.Combine(Places.Artifacts, "screenshots")).FullName;
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (width, height) in Screens)
            {
                await page.SetViewportSizeAsync(width, height);
                await page.ScreenshotAsync(new()
                {
                    Path = Path.Combine(directory, FormattableString.Invariant($"{name}-{theme}-{width}.png").ToLowerInvariant()),
                    FullPage = true,
                    Animations = ScreenshotAnimations.Disabled,
                });
                var overhang = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
                if (overhang > 0)
                    visit.Note(FormattableString.Invariant($"{name} scrolls sideways by {overhang} px at {width} px."));
                if (theme == ColorScheme.Light || width == Screens[0].Width) // a narrow page has no colours that the wide one lacks
                    await NoteBarriersAsync(visit, FormattableString.Invariant($"{name}, {theme}, {width} px"));
            }
        }

        await page.SetViewportSizeAsync(Screens[0].Width, Screens[0].Height);
    }

    private static async Task NoteBarriersAsync(Visit visit, string where)
    {
        var result = await visit.Page.RunAxe();
        foreach (var violation in result.Violations.Where(each => each.Impact is "serious" or "critical"))
            visit.Note($"{where}: {violation.Id}: {violation.Help}\n    {string.Join("\n    ", violation.Nodes.Select(node => node.Html))}");
    }
}
