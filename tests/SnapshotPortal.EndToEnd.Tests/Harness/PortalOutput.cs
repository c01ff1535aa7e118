using System.Text;
using System.Text.RegularExpressions;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>What a portal has written to its console, and waiting for what it will write.</summary>
internal sealed class PortalOutput
{
    private readonly Lock guard = new();
    private readonly StringBuilder text = new();
    private readonly List<(Regex Pattern, TaskCompletionSource<Match> Found)> waiting = [];

    public void Add(string? line)
    {
        if (line is null)
            return;

        lock (guard)
        {
            text.AppendLine(line);
            foreach (var waiter in waiting.ToList())
            {
                if (waiter.Pattern.Match(line) is { Success: true } match && waiter.Found.TrySetResult(match))
                    waiting.Remove(waiter);
            }
        }
    }

    /// <summary>The next line written from now on that matches.</summary>
    public Task<Match> NextAsync(string pattern)
    {
        var found = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (guard)
            waiting.Add((new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)), found));
        return found.Task;
    }

    public override string ToString()
    {
        lock (guard)
            return text.ToString();
    }
}
