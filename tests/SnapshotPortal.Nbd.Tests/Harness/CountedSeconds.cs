namespace SnapshotPortal.Nbd.Tests.Harness;

/// <summary>A clock whose timers fire when the test says that a second has passed.</summary>
internal sealed class CountedSeconds : TimeProvider
{
    private readonly List<Action> timers = [];

    /// <summary>Lets every timer fire so often.</summary>
    public void Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
            foreach (var timer in timers) timer();
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        timers.Add(() => callback(state));
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
