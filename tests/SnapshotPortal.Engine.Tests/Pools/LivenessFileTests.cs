using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class LivenessFileTests : PoolFixture
{
    [Fact]
    public void After_a_clean_close_what_is_in_use_is_known_without_a_walk()
    {
        Prepare();
        var before = (Pool.MeasureSpace(), Pool.Liveness.LiveBlocks);
        Session.Reopen();
        Assert.True(Pool.Liveness.IsExact);
        Assert.Equal(before.LiveBlocks, Pool.Liveness.LiveBlocks);
        Assert.Equal((before.Item1.ContentBytes, before.Item1.SharedBytes), (Pool.MeasureSpace().ContentBytes, Pool.MeasureSpace().SharedBytes));
    }

    [Fact]
    public void Trees_given_up_right_before_a_close_are_given_back_behind_it()
    {
        Prepare();
        var before = Pool.MeasureSpace();
        Pool.DeleteSnapshot("s");
        Pool.DeleteDisk("b");
        Session.Reopen();
        Assert.True(Pool.Liveness.IsExact);
        for (var i = 0; i < 3; i++)
        {
            Pool.Checkpoint();
            Pool.Reclaim();
        }
        Assert.True(Pool.MeasureSpace().ContentBytes < before.ContentBytes);
        Assert.True(Pool.MeasureSpace().MapBytes <= before.MapBytes);
        Assert.Equal(0, Pool.MarkLiveness());
    }

    [Fact]
    public void Every_flipped_bit_is_noticed_and_the_file_then_ignored()
    {
        Prepare();
        Session.Reopen();
        Session.Dispose();
        var (path, lengthBytes) = Files.Files.Single(file => file.Path.Contains("liveness", StringComparison.Ordinal));
        var random = new Random(1);
        for (var offset = 0L; offset < lengthBytes; offset++)
        {
            var bit = random.Next(8);
            Files.Flip(path, offset, bit);
            using (var pool = Pool.Open(Files, "/pool", Options)) Assert.False(pool.Liveness.IsExact);
            Files.Flip(path, offset, bit);
        }
    }

    [Fact]
    public void What_was_written_behind_it_and_cut_off_by_a_crash_leaves_it_untrusted()
    {
        Prepare();
        Session.Reopen();
        Pool.FindDisk("a")!.Write(0, Filled(9));
        Pool.Flush();
        var after = Files.Crash();
        Assert.Throws<SimulatedCrashException>(Session.Dispose);
        using var recovered = Pool.Open(after, "/pool", Options);
        Assert.False(recovered.Liveness.IsExact);
        Assert.Equal(Filled(9), Read(recovered.FindDisk("a")!));
    }

    [Fact]
    public void A_leak_does_not_outlast_a_walk()
    {
        Prepare();
        Pool.MeasureSpace();
        var before = Pool.Liveness.LiveBlocks;
        Pool.Liveness.Born(Location.Of(LocationKind.Block, 1, 1), 1); // The header of a batch: nobody needs it.
        Assert.Equal(1, Pool.MarkLiveness());
        Assert.Equal(0, Pool.MarkLiveness());
        for (var i = 0; i < 2; i++) Pool.Checkpoint();
        Assert.Equal(before, Pool.Liveness.LiveBlocks);
    }

    private void Prepare()
    {
        var disk = Pool.CreateDisk("a", 2 << 20);
        disk.Write(0, Filled(1, 100 * Block));
        Pool.TakeSnapshot("a", "s");
        disk.Write(10 * Block, Filled(2, 50 * Block));
        Pool.CloneDisk("s", "b", 4 << 20).Write(3 << 20, Filled(3, 20 * Block));
        for (var i = 0; i < 2; i++)
        {
            Pool.Checkpoint();
            Pool.Reclaim();
        }
    }
}
