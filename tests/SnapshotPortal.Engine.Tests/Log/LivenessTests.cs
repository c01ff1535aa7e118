using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Tests.Log;

public sealed class LivenessTests
{
    [Fact]
    public void A_page_that_only_a_superblock_leads_to_is_live_though_a_walk_finds_nothing_else_in_its_segment()
    {
        var liveness = new Liveness(64);
        var freed = new Freed();
        freed.Pages.Add(Location.Of(LocationKind.Page, 5, 2));
        liveness.Take(freed);
        liveness.BeginCheckpoint();
        liveness.CompleteCheckpoint();
        liveness.BeginMark();
        liveness.Marked(new Dictionary<uint, ulong[]>());
        Assert.Equal([1UL << 2], liveness.LiveOf(5));
    }
}
