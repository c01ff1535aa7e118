using SnapshotPortal.Simulator;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>The rig itself: bugs planted in the engine must be found by it.</summary>
public sealed class MutantTests
{
    [Fact]
    public void Every_planted_bug_is_found()
    {
        var hunts = MutantHunt.RunAll().ToArray();
        Assert.InRange(hunts.Length, 12, int.MaxValue);
        Assert.True(hunts.All(hunt => hunt.How is not null), $"Not found: {string.Join(", ", hunts.Where(hunt => hunt.How is null).Select(hunt => hunt.Name))}");
    }
}
