using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class EncryptedDiskTests : PoolFixture
{
    private const long Length = 64 * Block;

    private static ReadOnlySpan<byte> Key => DiskKeys.Any(0);

    private static ReadOnlySpan<byte> OtherKey => DiskKeys.Any(1);

    [Fact]
    public void What_was_written_is_read_back_in_any_piece_before_and_after_a_new_opening()
    {
        var content = new byte[Length];
        new Random(1).NextBytes(content);
        var disk = Pool.CreateDisk("disk", Length, Key);
        disk.Write(0, content.AsSpan(0, 40 * Block));
        disk.Write(40 * Block, content.AsSpan(40 * Block, 1000));
        disk.Write(40 * Block + 1000, content.AsSpan(40 * Block + 1000));
        Assert.Equal(content, Read(disk, 0, (int)Length));
        Reopen();
        Assert.Equal(content[777..9000], Read(Pool.FindDisk("disk")!, 777, 9000 - 777));
    }

    [Fact]
    public void Plain_text_and_key_occur_nowhere_in_the_files()
    {
        const int pieceBytes = 64; // Of each place something could be: a block, a patch, a map page, a record.
        var plain = new byte[Length];
        new Random(2).NextBytes(plain);
        var disk = Pool.CreateDisk("disk", Length, Key);
        disk.Write(0, plain.AsSpan(0, 30 * Block));
        for (var at = 30 * Block; at < Length; at += 512)
            disk.Write(at, plain.AsSpan(at, 512));
        Pool.TakeSnapshot("disk", "snapshot");
        Pool.CloneDisk("snapshot", "clone", Length).Write(100, plain.AsSpan(100, 5000));
        Pool.Checkpoint();
        Pool.Reclaim();
        Session.Dispose();

        var stored = StoredBytes();
        for (var at = 0; at < plain.Length; at += pieceBytes)
            Assert.True(stored.AsSpan().IndexOf(plain.AsSpan(at, pieceBytes)) < 0, $"The plain text at {at} is in a file.");
        for (var at = 0; at < Key.Length; at += 16)
            Assert.True(stored.AsSpan().IndexOf(Key.Slice(at, 16)) < 0, "The key is in a file.");
    }

    [Fact]
    public void The_search_for_plain_text_finds_that_of_a_disk_that_is_not_encrypted()
    {
        var plain = new byte[Block];
        new Random(3).NextBytes(plain);
        Pool.CreateDisk("disk", Length).Write(0, plain);
        Session.Dispose();
        Assert.True(StoredBytes().AsSpan().IndexOf(plain.AsSpan(0, 64)) >= 0);
    }

    [Fact]
    public void Equal_blocks_are_stored_as_different_bytes_at_each_place_and_under_each_key()
    {
        Pool.CreateDisk("one", Length, Key).Write(0, Filled(7, 2 * Block));
        Pool.CreateDisk("other", Length, OtherKey).Write(0, Filled(7));
        var stored = StoredBytes();
        var blocks = Enumerable.Range(0, stored.Length / Block).Select(i => Convert.ToHexString(stored.AsSpan(i * Block, Block))).Where(block => block.Distinct().Count() == 16).ToList();
        Assert.True(blocks.Count >= 3);
        Assert.Equal(blocks.Count, blocks.Distinct().Count());
    }

    [Fact]
    public void After_opening_everything_that_needs_the_key_is_refused_until_it_is_handed_in()
    {
        Pool.CreateDisk("disk", Length, Key).Write(0, Filled(1));
        Pool.TakeSnapshot("disk", "snapshot");
        Pool.CloneDisk("snapshot", "clone", Length);
        Pool.CreateDisk("plain", Length).Write(0, Filled(2));
        using var reopened = OpenLocked();
        foreach (var name in new[] { "disk", "clone" })
        {
            var disk = reopened.FindDisk(name)!;
            Assert.True(disk.IsEncrypted && disk.IsLocked);
            Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => disk.Read(0, new byte[1])));
            Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => disk.Write(0, Filled(3))));
            Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => disk.Write(1, new byte[1])));
            Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => disk.Trim(0, Block)));
            Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => disk.Unlock(OtherKey)));
            Assert.True(disk.IsLocked);
        }

        var snapshot = reopened.FindSnapshot("snapshot")!;
        Assert.Equal(EngineFault.KeyUnavailable, FaultOf(() => snapshot.Read(0, new byte[1])));
        Assert.Equal(Filled(2), Read(reopened.FindDisk("plain")!));
        Assert.False(reopened.FindDisk("plain")!.IsLocked);

        snapshot.Unlock(Key);
        Assert.Equal(Filled(1), Read(snapshot));
        Assert.Equal(Filled(1), Read(reopened.FindDisk("disk")!));
        Assert.Equal(Filled(1), Read(reopened.FindDisk("clone")!));
    }

    [Fact]
    public void What_needs_no_key_works_on_a_locked_disk()
    {
        Pool.CreateDisk("disk", Length, Key).Write(0, Filled(1));
        using var reopened = OpenLocked();
        reopened.TakeSnapshot("disk", "snapshot");
        reopened.CloneDisk("snapshot", "clone", Length);
        reopened.ResizeDisk("disk", 2 * Length);
        reopened.RollBack("disk", "snapshot", "kept");
        Assert.Equal(ExtentKind.Data, reopened.FindDisk("disk")!.Extents(0, Block).Single().Kind);
        reopened.Checkpoint();
        reopened.Reclaim();
        reopened.FindDisk("disk")!.Unlock(Key);
        foreach (var device in new IBlockDevice[] { reopened.FindDisk("clone")!, reopened.FindSnapshot("kept")!, reopened.FindDisk("disk")! })
            Assert.Equal(Filled(1), Read(device));
        reopened.DeleteDisk("disk");
    }

    [Fact]
    public void A_snapshot_outlives_its_disk_with_its_key()
    {
        Pool.CreateDisk("disk", Length, Key).Write(0, Filled(1));
        var snapshot = Pool.TakeSnapshot("disk", "snapshot");
        Pool.DeleteDisk("disk");
        Assert.Equal(Filled(1), Read(snapshot));
        Reopen();
        Assert.Equal(Filled(1), Read(Pool.CloneDisk("snapshot", "clone", Length)));
    }

    [Fact]
    public void The_key_of_the_last_that_is_deleted_is_wiped_and_the_next_disk_has_one_of_its_own()
    {
        var disk = Pool.CreateDisk("disk", Length, Key);
        var snapshot = Pool.TakeSnapshot("disk", "snapshot");
        Pool.DeleteDisk("disk");
        var cipher = snapshot.RequireCipher()!;
        var before = Encrypted();
        Pool.DeleteSnapshot("snapshot");
        Assert.NotEqual(before, Encrypted());
        Pool.CreateDisk("disk", Length, Key).Write(0, Filled(2));
        Assert.Equal(Filled(2), Read(Pool.FindDisk("disk")!));

        byte[] Encrypted()
        {
            var unit = Filled(1);
            cipher.EncryptUnit(1, unit, unit);
            return unit;
        }
    }

    [Fact]
    public void Closing_the_pool_wipes_the_keys()
    {
        var cipher = Pool.CreateDisk("disk", Length, Key).RequireCipher()!;
        byte[] before = Filled(1), after = Filled(1);
        cipher.EncryptUnit(1, before, before);
        Pool.Dispose();
        cipher.EncryptUnit(1, after, after);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void A_read_beside_the_deletion_of_the_disk_gives_its_content_or_fails()
    {
        var content = new byte[Length];
        new Random(4).NextBytes(content);
        for (var round = 0; round < 30; round++)
        {
            var disk = Pool.CreateDisk("disk", Length, Key);
            disk.Write(0, content);
            using var reading = new CountdownEvent(4);
            var wrong = 0;
            var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                var read = new byte[Length];
                reading.Signal();
                try
                {
                    while (true)
                    {
                        disk.Read(0, read);
                        if (!read.AsSpan().SequenceEqual(content))
                            Interlocked.Increment(ref wrong);
                    }
                }
                catch (EngineException e) when (e.Fault == EngineFault.Missing)
                {
                    // Deleted, as it should be in the end.
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            reading.Wait();
            Pool.DeleteDisk("disk");
            threads.ForEach(thread => thread.Join());
            Assert.Equal(0, wrong);
        }
    }

    [Fact]
    public void Damage_is_found_without_the_key_and_never_returned()
    {
        Pool.CreateDisk("disk", Length, Key).Write(0, Filled(1));
        Pool.Checkpoint();
        var disk = Pool.FindDisk("disk")!;
        var location = disk.Map.Find(0).Location;
        Files.Flip($"/pool/segment-{location.Segment:x8}", location.Block * (long)Block + 5, bit: 2);
        var content = Filled(0xEE);
        Assert.Equal(EngineFault.Corrupt, FaultOf(() => disk.Read(0, content)));
        Assert.Equal(new byte[Block], content);
    }

    private void Reopen() => Session.Reopen();

    private Pool OpenLocked()
    {
        Session.Dispose();
        return Pool.Open(Files, "/pool", Options);
    }

    private byte[] StoredBytes()
    {
        var all = new MemoryStream();
        foreach (var name in Files.List("/pool").Order(StringComparer.Ordinal))
        {
            using var file = Files.Open($"/pool/{name}");
            var bytes = new byte[file.LengthBytes];
            file.Read(0, bytes);
            all.Write(bytes);
        }

        return all.ToArray();
    }
}
