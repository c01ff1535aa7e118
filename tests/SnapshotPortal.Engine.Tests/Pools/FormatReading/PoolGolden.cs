using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>The pools of format version 1 in golden/pool-v1 (see the README there) still open, and hold what they held.</summary>
public sealed class PoolGolden
{
    [Theory]
    [InlineData("closed")]
    [InlineData("crashed")]
    [InlineData("damaged")]
    public void A_pool_of_version_1_holds_what_it_held(string name)
    {
        var golden = Load(name);
        AssertEqual(golden.Manifest.Content, PoolListing.Of(new StoredPool(golden.Files)));

        var files = StoredFiles.Store(golden.Files);
        using (var session = new PoolSession(files, "/pool", GoldenPool.Options))
        {
            AssertEqual(golden.Manifest.Content, PoolListing.Of(session.Pool));
            session.Pool.Checkpoint();
            session.Pool.Reclaim();
            session.Reopen();
            AssertEqual(golden.Manifest.Content, PoolListing.Of(session.Pool));
        }

        // And what the engine makes of it is version 1 as well.
        AssertEqual(golden.Manifest.Content, PoolListing.Of(new StoredPool(StoredFiles.Read(files))));
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("crashed")]
    [InlineData("damaged")]
    public void The_files_are_those_that_were_written(string name)
    {
        var golden = Load(name);
        Assert.Equal(golden.Manifest.Files, GoldenPool.SumsOf(golden.Files));
    }

    [Fact]
    public void The_closed_pool_has_everything_that_a_table_a_map_and_the_liveness_can_hold()
    {
        var pool = new StoredPool(Load("closed").Files);
        Assert.NotNull(pool.Liveness);
        Assert.True(pool.Liveness.WaitingPages > 0);
        Assert.True(pool.DenseSegments > 0);
        Assert.NotEmpty(pool.HiddenSnapshots);
        Assert.Contains(pool.Disks, disk => disk.Detours.Count > 0);
        Assert.Contains(pool.Disks, disk => disk.Cipher == 1);
        Assert.Contains(pool.Disks, disk => disk.ParentId != 0);
        Assert.Contains(pool.Snapshots, snapshot => pool.Disks.All(disk => disk.Id != snapshot.Disk!.Value.Id));
        Assert.Null(pool.Damage);
    }

    [Fact]
    public void The_crashed_pool_has_a_log_of_several_lives_with_a_torn_tail()
    {
        var pool = new StoredPool(Load("crashed").Files);
        Assert.True(pool.Log.Lives >= 2 && pool.Log.HasTornTail && !pool.Log.IsOfMapPagesOnly);
        Assert.Null(pool.Liveness);
        Assert.Null(pool.Damage);
    }

    [Fact]
    public void The_damaged_pool_says_what_is_damaged()
    {
        var golden = Load("damaged");
        var pool = new StoredPool(golden.Files);
        Assert.Contains("does not match its checksum", pool.Damage, StringComparison.Ordinal);
        Assert.Equal(["copy", "marked"], golden.Manifest.Content.Disks.Where(disk => disk.IsDamaged).Select(disk => disk.Name));
        Assert.Equal(["marked-1"], golden.Manifest.Content.Snapshots.Where(snapshot => snapshot.IsDamaged).Select(snapshot => snapshot.Name));
        Assert.Equal(["1", "1", "2"], golden.Manifest.Content.Disks.Select(disk => disk.Unreadable));

        using var session = new PoolSession(StoredFiles.Store(golden.Files), "/pool", GoldenPool.Options);
        Assert.Equal(pool.Damage, session.Pool.Damage);
        foreach (var disk in pool.Disks) Assert.Equal(disk.Damage, session.Pool.FindDisk(disk.Name)!.Damage);
        foreach (var snapshot in pool.Snapshots) Assert.Equal(snapshot.Damage, session.Pool.FindSnapshot(snapshot.Name)!.Damage);
    }

    internal static GoldenPool Load(string name) => GoldenPool.Load(name, name switch
    {
        "closed" => GoldenScripts.Closed,
        "crashed" => GoldenScripts.Crashed,
        _ => GoldenScripts.Damaged,
    });

    private static void AssertEqual(PoolListing expected, PoolListing found)
    {
        Assert.Equal(expected.Disks, found.Disks);
        Assert.Equal(expected.Snapshots, found.Snapshots);
    }
}
