using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class PoolTests : PoolFixture
{
    [Fact]
    public void A_new_pool_is_empty_and_keeps_its_id()
    {
        Assert.Empty(Pool.Disks);
        Assert.Empty(Pool.Snapshots);
        var id = Pool.Id;
        Assert.NotEqual(Guid.Empty, id);
        Session.Reopen();
        Assert.Equal(id, Pool.Id);
    }

    [Fact]
    public void Disks_and_snapshots_are_found_by_name_before_and_after_a_clean_close()
    {
        Pool.CreateDisk("a", 5 * Block).Write(0, Filled(1));
        Pool.TakeSnapshot("a", "s");
        Pool.CloneDisk("s", "b", 9 * Block);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(["a", "b"], Pool.Disks.Select(disk => disk.Name).Order());
            Assert.Equal("s", Assert.Single(Pool.Snapshots).Name);
            Assert.Equal((5 * Block, 9 * Block), (Pool.FindDisk("a")!.LengthBytes, Pool.FindDisk("b")!.LengthBytes));
            Assert.Equal(("a", 5L * Block), (Pool.FindSnapshot("s")!.DiskName, Pool.FindSnapshot("s")!.LengthBytes));
            Assert.Null(Pool.FindDisk("s"));
            Assert.Null(Pool.FindSnapshot("a"));
            Session.Reopen();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    [InlineData(4095)]
    [InlineData(Limits.DiskBytesMax + 4096)]
    public void A_size_that_no_disk_can_have_is_refused(long lengthBytes)
    {
        Assert.ThrowsAny<ArgumentException>(() => Pool.CreateDisk("a", lengthBytes));
        Assert.Empty(Pool.Disks);
    }

    [Fact]
    public void A_name_has_one_to_sixty_four_bytes_in_any_script()
    {
        Assert.ThrowsAny<ArgumentException>(() => Pool.CreateDisk("", Block));
        Assert.ThrowsAny<ArgumentException>(() => Pool.CreateDisk(new string('x', 65), Block));
        Assert.ThrowsAny<ArgumentException>(() => Pool.CreateDisk(new string('ü', 33), Block));
        var longest = new string('ü', 32);
        Pool.CreateDisk(longest, Block);
        Assert.ThrowsAny<ArgumentException>(() => Pool.TakeSnapshot(longest, ""));
        Pool.TakeSnapshot(longest, "快照");
        Session.Reopen();
        Assert.NotNull(Pool.FindDisk(longest));
        Assert.NotNull(Pool.FindSnapshot("快照"));
    }

    [Fact]
    public void A_name_that_is_taken_or_missing_is_refused_and_nothing_changes()
    {
        Pool.CreateDisk("a", Block).Write(0, Filled(1));
        Pool.TakeSnapshot("a", "s");
        Assert.Equal(EngineFault.Exists, FaultOf(() => Pool.CreateDisk("a", Block)));
        Assert.Equal(EngineFault.Exists, FaultOf(() => Pool.TakeSnapshot("a", "s")));
        Assert.Equal(EngineFault.Exists, FaultOf(() => Pool.CloneDisk("s", "a", Block)));
        Assert.Equal(EngineFault.Missing, FaultOf(() => Pool.TakeSnapshot("b", "t")));
        Assert.Equal(EngineFault.Missing, FaultOf(() => Pool.CloneDisk("t", "b", Block)));
        Assert.Equal(EngineFault.Missing, FaultOf(() => Pool.DeleteDisk("b")));
        Assert.Equal(EngineFault.Missing, FaultOf(() => Pool.DeleteSnapshot("t")));
        Assert.Single(Pool.Disks);
        Assert.Single(Pool.Snapshots);
        Assert.Equal(Filled(1), Read(Pool.FindDisk("a")!));
    }

    [Fact]
    public void A_disk_of_a_deleted_disks_name_begins_empty()
    {
        Pool.CreateDisk("a", Block).Write(0, Filled(1));
        Pool.DeleteDisk("a");
        Assert.Null(Pool.FindDisk("a"));
        Pool.CreateDisk("a", Block);
        Assert.Equal(Filled(0), Read(Pool.FindDisk("a")!));
        Session.Reopen();
        Assert.Equal(Filled(0), Read(Pool.FindDisk("a")!));
    }

    [Fact]
    public void A_deleted_disk_takes_no_more_requests()
    {
        var disk = Pool.CreateDisk("a", Block);
        Pool.DeleteDisk("a");
        Assert.Equal(EngineFault.Missing, FaultOf(() => disk.Write(0, Filled(1))));
        Assert.Equal(EngineFault.Missing, FaultOf(() => Read(disk)));
    }

    [Fact]
    public void A_pool_that_is_open_cannot_be_opened_again() =>
        Assert.Equal(EngineFault.Locked, FaultOf(() => Pool.Open(Files, "/pool", Options)));

    [Fact]
    public void A_clone_smaller_than_its_snapshot_is_refused()
    {
        Pool.CreateDisk("a", 2 * Block);
        Pool.TakeSnapshot("a", "s");
        Assert.ThrowsAny<ArgumentException>(() => Pool.CloneDisk("s", "b", Block));
    }

    [Fact]
    public void An_opening_after_a_clean_close_replays_nothing_and_finds_everything()
    {
        var disk = Pool.CreateDisk("a", 1L << 40);
        for (var i = 0; i < 100; i++)
            disk.Write(i * (1L << 30), Filled((byte)(i + 1)));
        Session.Reopen();
        for (var i = 0; i < 100; i++)
            Assert.Equal(Filled((byte)(i + 1)), Read(Pool.FindDisk("a")!, i * (1L << 30)));
    }

    [Fact]
    public void Many_disks_and_snapshots_come_back()
    {
        for (var i = 0; i < 300; i++)
        {
            Pool.CreateDisk($"disk-{i}", Block).Write(0, BitConverter.GetBytes(i));
            Pool.TakeSnapshot($"disk-{i}", $"snapshot-{i}");
        }

        Session.Reopen();
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(i, BitConverter.ToInt32(Read(Pool.FindDisk($"disk-{i}")!)));
            Assert.Equal(i, BitConverter.ToInt32(Read(Pool.FindSnapshot($"snapshot-{i}")!)));
        }
    }

    [Fact]
    public void Requests_on_a_closed_pool_are_refused()
    {
        var files = new SimulatedFileSystem(2);
        var pool = Pool.Open(files, "/pool", Options);
        var disk = pool.CreateDisk("a", Block);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Read(disk));
        Assert.Throws<ObjectDisposedException>(() => disk.Write(0, Filled(1)));
        Assert.Throws<ObjectDisposedException>(disk.Flush);
        Assert.Throws<ObjectDisposedException>(() => pool.CreateDisk("b", Block));
    }
}
