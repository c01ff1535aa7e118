using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class DiskOnBaseTests : PoolFixture
{
    private const int Chunk = Limits.ChunkBytes;
    private const long Length = 40L << 20;

    // Tag 1: of its first chunks those that hold something are looked up, not assumed.
    private readonly PatternBase content = new(1, 2 << 20 >> 12);

    private long Held => content.Blocks.First() * Block;

    private long Hole => content.Extents(0, content.LengthBytes).First(extent => extent.Kind == ExtentKind.Hole).OffsetBytes;

    [Fact]
    public void What_is_not_copied_yet_reads_from_the_base_and_behind_its_end_as_zeroes()
    {
        var disk = Create();
        Assert.Equal(Read(content, 0, (int)content.LengthBytes), Read(disk, 0, (int)content.LengthBytes));
        Assert.Equal(new byte[Block], Read(disk, content.LengthBytes));
    }

    [Fact]
    public void A_write_of_a_part_of_a_block_keeps_the_rest_as_the_base_has_it()
    {
        var disk = Create();
        var expected = Read(content, Held);
        disk.Write(Held + 100, Filled(7, 200));
        expected.AsSpan(100, 200).Fill(7);
        Assert.Equal(expected, Read(disk, Held));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Trimmed_ranges_hide_the_base_before_and_after_a_new_opening(bool whole)
    {
        var disk = Create();
        if (whole) disk.Trim(0, Length);
        else disk.Trim(Held, Block);
        Assert.Equal(new byte[Block], Read(disk, Held));
        Session.Reopen();
        Assert.Equal(new byte[Block], Read(Pool.FindDisk("disk")!, Held));
        if (!whole) Assert.Equal(Read(content, Held + Block), Read(Pool.FindDisk("disk")!, Held + Block));
    }

    [Fact]
    public async Task A_hydrated_disk_lets_its_base_go_and_needs_it_no_more_also_after_a_new_opening()
    {
        var disk = Create();
        disk.Write(Held + Block, Filled(9));
        await disk.HydrateAsync(null, null, 2, default);
        Assert.Null(disk.BaseName);
        Assert.Empty(Pool.Bases);
        Session.Reopen();
        disk = Pool.FindDisk("disk")!;
        Assert.Null(disk.BaseName);
        Assert.Equal(Filled(9), Read(disk, Held + Block));
        Assert.Equal(Read(content, Held), Read(disk, Held));
        Assert.Equal(ExtentKind.Hole, disk.Extents(Hole, Chunk).Single().Kind);
    }

    [Fact]
    public async Task What_came_from_the_base_is_no_change()
    {
        var disk = Create();
        disk.Write(Hole, Filled(1));
        await disk.HydrateAsync(null, null, 1, default);
        var snapshot = Pool.TakeSnapshot("disk", "snapshot");
        Assert.Equal([new Extent(Hole, Block, ExtentKind.Data)], snapshot.ChangedSince(PoolDisk.BaseEpoch));
        Assert.Equal(content.Blocks.Count() + 1L, snapshot.ChangedSince(0).Sum(extent => extent.LengthBytes) / Block);
    }

    [Fact]
    public async Task A_snapshot_of_a_disk_that_is_not_whole_keeps_the_base_until_it_is_deleted()
    {
        var disk = Create();
        var snapshot = Pool.TakeSnapshot("disk", "snapshot");
        disk.Write(Held, Filled(3));
        await disk.HydrateAsync(null, null, 1, default);
        Assert.Equal([content.Name], Pool.Bases);
        Assert.Equal(Read(content, Held), Read(snapshot, Held));
        Assert.Equal([], snapshot.ChangedSince(PoolDisk.BaseEpoch));
        Assert.Equal(content.Blocks.Count(), snapshot.ChangedSince(0).Sum(extent => extent.LengthBytes) / Block);
        Pool.DeleteSnapshot("snapshot");
        Assert.Empty(Pool.Bases);
    }

    [Fact]
    public async Task A_disk_that_was_whole_and_is_rolled_back_to_when_it_was_not_has_its_base_again()
    {
        var disk = Create();
        Pool.TakeSnapshot("disk", "early");
        disk.Write(Held, Filled(3));
        await disk.HydrateAsync(null, null, 1, default);
        Pool.RollBack("disk", "early", "kept");
        Assert.Equal(content.Name, disk.BaseName);
        Assert.Equal(Read(content, Held), Read(disk, Held));
        Assert.Equal(Filled(3), Read(Pool.FindSnapshot("kept")!, Held));
        await disk.HydrateAsync(null, null, 1, default);
        Assert.Null(disk.BaseName);
    }

    [Fact]
    public void Without_the_base_only_what_is_not_copied_cannot_be_used()
    {
        var disk = Create();
        disk.Write(Held, Filled(5));
        content.IsAway = true;
        Assert.Equal(Filled(5), Read(disk, Held));
        Assert.Equal(EngineFault.StoreUnavailable, FaultOf(() => Read(disk, Held + Block)));
        Assert.Equal(EngineFault.StoreUnavailable, FaultOf(() => disk.Write(Held + Block, Filled(1, 10))));
        disk.Write(Held + 2 * Block, Filled(6));
        disk.Trim(Held + 3 * Block, Block);
        Assert.Equal(Filled(6), Read(disk, Held + 2 * Block));
        Assert.Equal(new byte[Block], Read(disk, Held + 3 * Block));
        content.IsAway = false;
        Assert.Equal(Read(content, Held + Block), Read(disk, Held + Block));
    }

    [Fact]
    public void A_base_that_was_not_handed_in_is_named()
    {
        Create();
        Session.Dispose();
        using var pool = Pool.Open(Files, "/pool", Options);
        var error = Assert.Throws<EngineException>(() => Read(pool.FindDisk("disk")!, Held));
        Assert.Equal(EngineFault.StoreUnavailable, error.Fault);
        Assert.Contains(content.Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_read_asked_for_is_copied_first()
    {
        var disk = Create();
        var far = content.Blocks.Last() * Block;
        var order = new List<long>();
        content.BeforeRead = first =>
        {
            content.BeforeRead = null;
            Read(disk, far);
            content.BeforeRead = order.Add;
        };
        await disk.HydrateAsync(null, null, 1, default);
        Assert.Equal(far / Chunk * Chunk, order[0]);
    }

    [Fact]
    public async Task Zeroes_and_writes_that_come_while_a_piece_is_fetched_stay()
    {
        var disk = Create();
        content.BeforeRead = offset =>
        {
            if (offset > Held) return;
            content.BeforeRead = null;
            disk.Write(Held, Filled(8));
            disk.Trim(Held + Block, Block);
        };
        await disk.HydrateAsync(null, null, 1, default);
        Assert.Equal(Filled(8), Read(disk, Held));
        Assert.Equal(new byte[Block], Read(disk, Held + Block));
        Assert.Equal(Read(content, Held + 2 * Block), Read(disk, Held + 2 * Block));
    }

    private PoolDisk Create() => Pool.CreateDiskOn("disk", Length, content.Name, content);
}
