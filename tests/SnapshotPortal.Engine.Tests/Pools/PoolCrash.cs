using SnapshotPortal.Simulator;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>Cuts the power anywhere in random histories: what was flushed is there, nothing is there in halves, snapshots are as they were.</summary>
public sealed class PoolCrash
{
    [Fact]
    public void Histories_survive_fifty_thousand_power_cuts_and_kills_and_failures_of_the_medium()
    {
        var (failures, seeds, counts) = CrashCampaign.Run(from: 0, count: 13_000, failuresMax: 3);
        Assert.True(failures.Count == 0, string.Join('\n', failures.Select(Describe)));
        Assert.Equal(13_000, seeds);
        Assert.InRange(counts.Crashes, 50_000, long.MaxValue);
        Assert.InRange(counts.CutRecoveries, counts.Recoveries / 5, counts.Recoveries);
    }

    /// <summary>All that one operation can come to, and a fifth of what two can; `./dev crash --exhaustive` runs them all.</summary>
    [Fact]
    public void Short_histories_survive_an_end_at_every_operation_on_files()
    {
        var (failures, ends) = ShortHistories.RunAll(stride: 5);
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.InRange(ends, 5_000, long.MaxValue);
    }

    /// <summary>The rig itself: a disk that breaks its promise loses writes, and the same seeds must notice.</summary>
    [Theory]
    [InlineData(SimulatedLies.Sync)]
    [InlineData(SimulatedLies.SyncDirectory)]
    [InlineData(SimulatedLies.SyncForgetsOnePage)]
    public void A_medium_that_lies_is_found_out_within_a_thousand_seeds(SimulatedLies lies)
    {
        var (failures, _, _) = CrashCampaign.Run(from: 0, count: 1_000, failuresMax: 1, lies);
        Assert.NotEmpty(failures);
    }

    [Fact]
    public void A_seed_replays_the_same_history()
    {
        var once = CrashRun.Run(7);
        Assert.Equal(once.History, CrashRun.Run(7).History);
        Assert.NotEmpty(once.History);
    }

    private static string Describe(CrashResult failure) =>
        $"Seed {failure.Seed}: {failure.Difference}\nReplay it with: ./dev crash --seed {failure.Seed}\n{string.Join('\n', failure.History)}";
}
