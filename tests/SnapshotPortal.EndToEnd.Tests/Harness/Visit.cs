using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>
/// A person with a browser of their own at a portal. Whatever the browser complains about, and every request to another
/// host, fails the test at its end.
/// </summary>
internal sealed class Visit
{
    private readonly ConcurrentQueue<string> problems = new();

    public Visit(Portal portal, IBrowserContext context, IPage page)
    {
        (Portal, Context, Page) = (portal, context, page);
        context.Console += (_, message) =>
        {
            if (!MayComplain && string.Equals(message.Type, "error", StringComparison.Ordinal))
                Note($"console: {message.Text}");
        };
        context.WebError += (_, error) => Note($"script: {error.Error}");
        context.Request += (_, request) => RefuseOther(request.Url);
        page.WebSocket += (_, socket) => RefuseOther(socket.Url);
    }

    public Portal Portal { get; }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public IEnumerable<string> Problems => problems;

    /// <summary>Set by a test that takes the portal away, or has it refuse: the browser then complains rightly.</summary>
    public bool MayComplain { get; set; }

    /// <summary>Notes something that fails the test at its end, so that one run finds all that is wrong.</summary>
    public void Note(string problem) => problems.Enqueue(problem);

    public void AssertQuiet() => Assert.True(problems.IsEmpty, string.Join('\n', problems));

    private void RefuseOther(string address)
    {
        var uri = new Uri(address);
        if (uri.Scheme is "http" or "https" or "ws" or "wss" && !string.Equals(uri.Authority, Portal.Address.Authority, StringComparison.Ordinal))
            Note($"request to another host: {address}");
    }
}
