using SnapshotPortal.Simulator;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>No simulation: real processes are killed while they work on real files. `./dev crash --kill` does it as often as wanted.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fifty_killed_processes_leave_everything_they_told_of(int seed)
    {
        var directory = Directory.CreateTempSubdirectory("kill-").FullName;
        var (difference, acknowledged) = KillRounds.Run(directory, seed, rounds: 50);
        Assert.Null(difference);
        Assert.True(acknowledged > 50);
        Directory.Delete(directory, recursive: true);
    }
}
