namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class PoolDiskTests : PoolFixture
{
    [Fact]
    public void Block_never_written_reads_as_zeroes() => Assert.Equal(Filled(0), Read(Pool.CreateDisk("a", 10 * Block), 3 * Block));

    [Fact]
    public void The_last_byte_of_the_largest_disk_is_written_and_read()
    {
        var disk = Pool.CreateDisk("a", Limits.DiskBytesMax);
        disk.Write(Limits.DiskBytesMax - 1, [7]);
        Assert.Equal([7], Read(disk, Limits.DiskBytesMax - 1, 1));
        Session.Reopen();
        Assert.Equal([0, 7], Read(Pool.FindDisk("a")!, Limits.DiskBytesMax - 2, 2));
    }

    [Fact]
    public void A_write_that_is_not_aligned_leaves_the_bytes_around_it()
    {
        var disk = Pool.CreateDisk("a", 4 * Block);
        disk.Write(0, Filled(1, 4 * Block));
        disk.Write(Block - 3, Filled(2, Block + 6));
        Assert.Equal([.. Filled(1, Block - 3), .. Filled(2, Block + 6), .. Filled(1, 2 * Block - 3)], Read(disk, 0, 4 * Block));
    }

    [Fact]
    public void Trimmed_and_zeroed_ranges_read_as_zeroes_to_the_byte()
    {
        var disk = Pool.CreateDisk("a", 4 * Block);
        disk.Write(0, Filled(1, 4 * Block));
        disk.Trim(100, Block);
        disk.WriteZeroes(3 * Block - 1, 2);
        Assert.Equal([.. Filled(1, 100), .. Filled(0, Block), .. Filled(1, 2 * Block - 101), 0, 0, .. Filled(1, Block - 1)], Read(disk, 0, 4 * Block));
    }

    [Fact]
    public void A_large_write_is_whole_and_crosses_segments()
    {
        var disk = Pool.CreateDisk("a", 4 << 20);
        var bytes = new byte[3 << 20];
        new Random(1).NextBytes(bytes);
        disk.Write(12_345, bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(Read(disk, 12_345, bytes.Length)));
        Session.Reopen();
        Assert.True(bytes.AsSpan().SequenceEqual(Read(Pool.FindDisk("a")!, 12_345, bytes.Length)));
    }

    [Fact]
    public void Requests_of_no_bytes_do_nothing()
    {
        var disk = Pool.CreateDisk("a", Block);
        disk.Write(Block, []);
        disk.Read(Block, []);
        disk.Trim(Block, 0);
        disk.WriteZeroes(0, 0);
        Assert.Empty(disk.Extents(Block, 0));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 2 * Block + 1)]
    [InlineData(2 * Block, 1)]
    [InlineData(long.MaxValue, 1)]
    public void A_range_outside_the_disk_is_refused(long offsetBytes, int lengthBytes)
    {
        var disk = Pool.CreateDisk("a", 2 * Block);
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Read(offsetBytes, new byte[lengthBytes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Write(offsetBytes, new byte[lengthBytes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Trim(offsetBytes, lengthBytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.WriteZeroes(offsetBytes, lengthBytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Extents(offsetBytes, lengthBytes).ToList());
    }

    [Fact]
    public void A_negative_or_endless_length_is_refused()
    {
        var disk = Pool.CreateDisk("a", 2 * Block);
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Trim(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.WriteZeroes(1, long.MaxValue));
    }

    [Fact]
    public void Extents_tell_holes_zeroes_and_bytes_apart()
    {
        var disk = Pool.CreateDisk("a", 10 * Block);
        disk.Write(2 * Block, Filled(1, 3 * Block));
        disk.Trim(3 * Block, Block);
        Assert.Equal(
            [
                new(0, 2 * Block, ExtentKind.Hole),
                new(2 * Block, Block, ExtentKind.Data),
                new(3 * Block, Block, ExtentKind.Zero),
                new(4 * Block, Block, ExtentKind.Data),
                new(5 * Block, 5 * Block, ExtentKind.Hole),
            ],
            disk.Extents(0, 10 * Block));
    }

    [Fact]
    public void Extents_of_a_part_are_cut_to_it()
    {
        var disk = Pool.CreateDisk("a", 1L << 40);
        disk.Write(1L << 39, Filled(1, 2 * Block));
        Assert.Equal(
            [new((1L << 39) - 5, 5, ExtentKind.Hole), new(1L << 39, 100, ExtentKind.Data)],
            disk.Extents((1L << 39) - 5, 105));
    }

    [Fact]
    public void A_trim_of_a_whole_huge_disk_is_quick_and_complete()
    {
        var disk = Pool.CreateDisk("a", Limits.DiskBytesMax);
        for (var i = 0; i < 20; i++)
            disk.Write(i * (3L << 40) + i * Block, Filled(1));
        disk.Trim(0, Limits.DiskBytesMax);
        for (var i = 0; i < 20; i++)
            Assert.Equal(Filled(0), Read(disk, i * (3L << 40) + i * Block));
        Assert.DoesNotContain(disk.Extents(0, Limits.DiskBytesMax), extent => extent.Kind == ExtentKind.Data);
    }

    [Fact]
    public void A_snapshot_raises_the_epoch()
    {
        var disk = Pool.CreateDisk("a", Block);
        var before = disk.Epoch;
        var snapshot = Pool.TakeSnapshot("a", "s");
        Assert.Equal(before, snapshot.Epoch);
        Assert.True(disk.Epoch > before);
    }
}
