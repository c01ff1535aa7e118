using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>Something about a resource is different now. What, one reads with an operation.</summary>
/// <param name="AccountId">The account that owns it; empty for what belongs to the whole portal.</param>
/// <param name="Kind">What it is.</param>
/// <param name="ResourceId">Which one.</param>
public readonly record struct Change(string AccountId, ResourceKind Kind, string ResourceId);

/// <summary>The kinds of resources that announce their changes.</summary>
public enum ResourceKind
{
    Account,
    Member,
    User,
    Disk,
    Snapshot,
    Instance,
    Image,
    Policy,
    Job,
    Store,
    AccessKey,
    Quota,
    Invitation,
}

/// <summary>
/// Tells those who watch an account what has changed, after it is committed. A watcher who is still busy is told once
/// about all that changed meanwhile; nothing is lost in the sense that after a change its handler runs at least once more.
/// </summary>
public sealed partial class ChangeFeed(ILogger<ChangeFeed> log)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Subscription, byte>> accounts = new(StringComparer.Ordinal);

    /// <summary>
    /// Calls <paramref name="handler"/> for the changes of an account (and of the portal itself), one after another, until
    /// disposal; equal changes that wait are told once.
    /// </summary>
    public IDisposable Subscribe(string accountId, Func<Change, Task> handler) => new Subscription(this, accountId, handler);

    internal void Publish(IEnumerable<Change> changes)
    {
        foreach (var change in changes)
        {
            var watchers = change.AccountId.Length == 0
                ? accounts.Values.SelectMany(each => each.Keys)
                : accounts.TryGetValue(change.AccountId, out var own) ? own.Keys : [];
            foreach (var watcher in watchers) watcher.Add(change);
        }
    }

    [LoggerMessage(1100, LogLevel.Error, "A watcher of account {AccountId} failed on {Change}")]
    private partial void LogWatcherFailed(Exception exception, string accountId, Change change);

    private sealed class Subscription : IDisposable
    {
        private readonly ChangeFeed feed;
        private readonly string accountId;
        private readonly Func<Change, Task> handler;
        private readonly Channel<Change> waiting = Channel.CreateUnbounded<Change>(new() { SingleReader = true });
        private readonly HashSet<Change> pending = [];

        public Subscription(ChangeFeed feed, string accountId, Func<Change, Task> handler)
        {
            (this.feed, this.accountId, this.handler) = (feed, accountId, handler);
            feed.accounts.GetOrAdd(accountId, _ => new()).TryAdd(this, 0);
            _ = PumpAsync();
        }

        public void Add(Change change)
        {
            lock (pending)
            {
                if (pending.Add(change)) waiting.Writer.TryWrite(change);
            }
        }

        public void Dispose()
        {
            if (feed.accounts.TryGetValue(accountId, out var own)) own.TryRemove(this, out _);
            waiting.Writer.TryComplete();
        }

        private async Task PumpAsync()
        {
            await foreach (var change in waiting.Reader.ReadAllAsync())
            {
                // Forgotten before it is told: a change that happens while the handler reads is told again.
                lock (pending) pending.Remove(change);
                try
                {
                    await handler(change);
                }
                catch (Exception exception)
                {
                    feed.LogWatcherFailed(exception, accountId, change);
                }
            }
        }
    }
}
