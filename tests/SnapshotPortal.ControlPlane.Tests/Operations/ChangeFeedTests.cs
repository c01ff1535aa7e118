using Microsoft.Extensions.Logging.Abstractions;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

public sealed class ChangeFeedTests
{
    private static readonly Change Disk = new("a-1", ResourceKind.Disk, "d-1");
    private readonly ChangeFeed feed = new(NullLogger<ChangeFeed>.Instance);

    [Fact]
    public async Task Changes_that_wait_for_a_busy_watcher_are_told_once()
    {
        var busy = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var last = new TaskCompletionSource();
        List<Change> told = [];
        using var watching = feed.Subscribe("a-1", async change =>
        {
            told.Add(change);
            begun.TrySetResult();
            await busy.Task;
            if (change.ResourceId == "last") last.SetResult();
        });
        feed.Publish([Disk]);
        await begun.Task;
        for (var i = 0; i < 100; i++) feed.Publish([Disk]);
        feed.Publish([Disk with { ResourceId = "last" }]);
        busy.SetResult();
        await last.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([Disk, Disk, Disk with { ResourceId = "last" }], told);
    }

    [Fact]
    public async Task Watcher_hears_of_its_account_and_the_portal_only()
    {
        var done = new TaskCompletionSource();
        List<Change> told = [];
        using var watching = feed.Subscribe("a-1", change =>
        {
            told.Add(change);
            if (change.Kind == ResourceKind.User) done.SetResult();
            return Task.CompletedTask;
        });
        feed.Publish([Disk with { AccountId = "a-2" }, Disk, new("", ResourceKind.User, "u-1")]);
        await done.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([Disk, new("", ResourceKind.User, "u-1")], told);
    }

    [Fact]
    public async Task Watcher_that_fails_is_told_the_next_change()
    {
        var done = new TaskCompletionSource();
        using var watching = feed.Subscribe("a-1", change => change.ResourceId == "d-1"
            ? throw new InvalidOperationException("The page is broken.")
            : Task.Run(done.SetResult));
        feed.Publish([Disk, Disk with { ResourceId = "d-2" }]);
        await done.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
