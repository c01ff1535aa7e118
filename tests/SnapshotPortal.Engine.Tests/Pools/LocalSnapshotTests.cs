namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class LocalSnapshotTests : PoolFixture
{
    [Fact]
    public void A_snapshot_keeps_its_content_whatever_is_done_to_its_disk()
    {
        var disk = Pool.CreateDisk("a", 4 * Block);
        disk.Write(0, Filled(1, 3 * Block));
        var snapshot = Pool.TakeSnapshot("a", "s");
        byte[] kept = [.. Filled(1, 3 * Block), .. Filled(0)];

        disk.Write(100, Filled(2, Block));
        Assert.Equal(kept, Read(snapshot, 0, 4 * Block));
        disk.Trim(0, 4 * Block);
        Assert.Equal(kept, Read(snapshot, 0, 4 * Block));
        Pool.DeleteDisk("a");
        Assert.Equal(kept, Read(snapshot, 0, 4 * Block));
        Session.Reopen();
        Assert.Equal(kept, Read(Pool.FindSnapshot("s")!, 0, 4 * Block));
    }

    [Fact]
    public void A_snapshot_takes_no_changes()
    {
        Pool.CreateDisk("a", Block);
        var snapshot = Pool.TakeSnapshot("a", "s");
        Assert.True(snapshot.IsReadOnly);
        Assert.Equal(EngineFault.ReadOnly, FaultOf(() => snapshot.Write(0, Filled(1))));
        Assert.Equal(EngineFault.ReadOnly, FaultOf(() => snapshot.Trim(0, Block)));
        Assert.Equal(EngineFault.ReadOnly, FaultOf(() => snapshot.WriteZeroes(0, Block)));
    }

    [Fact]
    public void A_clone_and_its_snapshot_go_their_own_ways()
    {
        Pool.CreateDisk("a", 2 * Block).Write(0, Filled(1, 2 * Block));
        Pool.TakeSnapshot("a", "s");
        var clone = Pool.CloneDisk("s", "b", 3 * Block);
        clone.Write(0, Filled(2));
        Pool.FindDisk("a")!.Write(Block, Filled(3));

        Assert.Equal([.. Filled(2), .. Filled(1), .. Filled(0)], Read(clone, 0, 3 * Block));
        Assert.Equal(Filled(1, 2 * Block), Read(Pool.FindSnapshot("s")!, 0, 2 * Block));
        Assert.Equal([.. Filled(1), .. Filled(3)], Read(Pool.FindDisk("a")!, 0, 2 * Block));
    }

    [Fact]
    public void A_clone_lives_on_when_its_snapshot_and_disk_are_deleted()
    {
        Pool.CreateDisk("a", Block).Write(0, Filled(1));
        Pool.TakeSnapshot("a", "s");
        Pool.CloneDisk("s", "b", Block);
        Pool.DeleteSnapshot("s");
        Pool.DeleteDisk("a");
        Assert.Null(Pool.FindSnapshot("s"));
        Assert.Empty(Pool.Snapshots);
        Pool.CreateDisk("a", Block).Write(0, Filled(2));
        Pool.TakeSnapshot("a", "s");
        Assert.Equal(Filled(1), Read(Pool.FindDisk("b")!));
        Session.Reopen();
        Assert.Equal(Filled(1), Read(Pool.FindDisk("b")!));
        Assert.Equal(Filled(2), Read(Pool.FindSnapshot("s")!));
    }

    [Fact]
    public void Changes_since_an_epoch_are_those_written_after_it()
    {
        var disk = Pool.CreateDisk("a", 1L << 40);
        disk.Write(0, Filled(1, 4 * Block));
        var first = Pool.TakeSnapshot("a", "first");
        disk.Write(2 * Block, Filled(2));
        disk.Trim(3 * Block, Block);
        disk.Write(1L << 39, Filled(3));
        var second = Pool.TakeSnapshot("a", "second");

        Assert.Equal([new(0, 4 * Block, ExtentKind.Data)], first.ChangedSince(0));
        Assert.Equal(
            [new(2 * Block, Block, ExtentKind.Data), new(3 * Block, Block, ExtentKind.Zero), new(1L << 39, Block, ExtentKind.Data)],
            second.ChangedSince(first.Epoch));
        Assert.Empty(second.ChangedSince(second.Epoch));
    }

    [Fact]
    public void Changes_are_known_without_the_earlier_snapshot()
    {
        var disk = Pool.CreateDisk("a", 8 * Block);
        disk.Write(0, Filled(1, 8 * Block));
        var epoch = Pool.TakeSnapshot("a", "first").Epoch;
        Pool.DeleteSnapshot("first");
        disk.Write(5 * Block, Filled(2));
        Session.Reopen();
        Assert.Equal([new(5 * Block, Block, ExtentKind.Data)], Pool.TakeSnapshot("a", "second").ChangedSince(epoch));
    }

    [Fact]
    public void Two_snapshots_with_nothing_between_differ_in_nothing()
    {
        Pool.CreateDisk("a", Block).Write(0, Filled(1));
        var first = Pool.TakeSnapshot("a", "first");
        Assert.Empty(Pool.TakeSnapshot("a", "second").ChangedSince(first.Epoch));
    }

    [Fact]
    public void A_clone_behind_a_roll_back_is_not_compared_to_what_was_rolled_back()
    {
        var disk = Pool.CreateDisk("a", Block);
        disk.Write(0, Filled(1));
        Pool.TakeSnapshot("a", "before");
        disk.Write(0, Filled(2));
        var gone = Pool.TakeSnapshot("a", "gone").Epoch;
        Pool.RollBack("a", "before", "kept");
        var source = Pool.TakeSnapshot("a", "source").Epoch;
        Pool.CloneDisk("source", "b", Block);
        // Nothing was born since, though the content differs from it.
        Assert.False(Pool.TakeSnapshot("b", "first").CanCompareTo(gone));
        Session.Reopen();
        var first = Pool.FindSnapshot("first")!;
        Assert.False(first.CanCompareTo(gone));
        Assert.Empty(first.ChangedSince(source));
    }

    [Fact]
    public void A_deleted_snapshot_is_not_read_any_more()
    {
        Pool.CreateDisk("a", Block);
        var snapshot = Pool.TakeSnapshot("a", "s");
        Pool.DeleteSnapshot("s");
        Assert.Equal(EngineFault.Missing, FaultOf(() => Read(snapshot)));
    }

    [Fact]
    public void Taking_one_writes_no_more_for_a_large_disk_full_of_data_than_for_an_empty_one()
    {
        var disk = Pool.CreateDisk("a", 1L << 40);
        long Cost(string name)
        {
            var before = Files.Operations;
            Pool.TakeSnapshot("a", name);
            return Files.Operations - before;
        }

        var empty = Cost("empty");
        for (var i = 0; i < 200; i++)
            disk.Write(i * (5L << 30), Filled(1));
        disk.Flush();
        Assert.InRange(Cost("full"), 1, empty + 5);
    }
}
