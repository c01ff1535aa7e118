using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Tests.Files;

/// <summary>What every <see cref="IFileSystem"/> promises, but for power cuts, which only a simulation can show.</summary>
public abstract class FileSystemContract
{
    /// <summary>The file system under test.</summary>
    protected abstract IFileSystem Files { get; }

    /// <summary>An existing empty directory in it.</summary>
    protected abstract string Root { get; }

    [Fact]
    public void What_was_written_is_read_back_at_any_offset()
    {
        using var file = Files.Create($"{Root}/a");
        var content = Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7)).ToArray();
        file.Write(0, content);
        file.Write(4090, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        content.AsSpan(4090, 10).Clear();
        for (var i = 0; i < 10; i++)
            content[4090 + i] = (byte)(i + 1);

        var read = new byte[20_000];
        Assert.Equal(20_000, file.Read(0, read));
        Assert.Equal(content, read);
        Assert.Equal(20_000, file.LengthBytes);
    }

    [Fact]
    public void A_read_ends_at_the_end_of_the_file()
    {
        using var file = Files.Create($"{Root}/a");
        file.Write(0, new byte[100]);
        Assert.Equal(40, file.Read(60, new byte[4096]));
        Assert.Equal(0, file.Read(100, new byte[10]));
        Assert.Equal(0, file.Read(9999, new byte[10]));
    }

    [Fact]
    public void A_write_behind_the_end_leaves_zeroes_between()
    {
        using var file = Files.Create($"{Root}/a");
        file.Write(10_000, [7]);
        var read = new byte[10_001];
        Assert.Equal(10_001, file.Read(0, read));
        Assert.Equal(7, read[^1]);
        Assert.False(read.AsSpan(0, 10_000).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_file_cut_and_grown_again_reads_zeroes_behind_the_cut()
    {
        using var file = Files.Create($"{Root}/a");
        var ones = new byte[9000];
        ones.AsSpan().Fill(1);
        file.Write(0, ones);
        file.SetLength(5000);
        Assert.Equal(5000, file.LengthBytes);
        file.SetLength(9000);
        var read = new byte[9000];
        Assert.Equal(9000, file.Read(0, read));
        Assert.Equal(5000, read.Count(b => b == 1));
        Assert.False(read.AsSpan(5000).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Allocated_space_reads_as_zeroes_and_keeps_what_is_there()
    {
        using var file = Files.Create($"{Root}/a");
        file.Write(0, [1, 2, 3]);
        file.Allocate(64 * 1024);
        Assert.Equal(64 * 1024, file.LengthBytes);
        var read = new byte[64 * 1024];
        Assert.Equal(read.Length, file.Read(0, read));
        Assert.Equal([1, 2, 3, 0], read[..4]);
        file.Allocate(1000);
        Assert.Equal(64 * 1024, file.LengthBytes);
    }

    [Fact]
    public void A_punched_hole_reads_as_zeroes_and_gives_its_space_back()
    {
        using var file = Files.Create($"{Root}/a");
        var ones = new byte[1 << 20];
        ones.AsSpan().Fill(1);
        file.Write(0, ones);
        file.Sync();
        var before = file.AllocatedBytes;
        file.PunchHole(256 * 1024, 512 * 1024);
        file.Sync();

        Assert.Equal(1 << 20, file.LengthBytes);
        var read = new byte[1 << 20];
        Assert.Equal(read.Length, file.Read(0, read));
        ones.AsSpan(256 * 1024, 512 * 1024).Clear();
        Assert.Equal(ones, read);
        Assert.InRange(file.AllocatedBytes, 0, before - 512 * 1024);
    }

    [Fact]
    public void A_hole_that_is_not_aligned_takes_nothing_else()
    {
        using var file = Files.Create($"{Root}/a");
        var ones = new byte[20_000];
        ones.AsSpan().Fill(1);
        file.Write(0, ones);
        file.PunchHole(1000, 10_000);
        var read = new byte[20_000];
        file.Read(0, read);
        ones.AsSpan(1000, 10_000).Clear();
        Assert.Equal(ones, read);
    }

    [Fact]
    public void A_file_stays_after_its_handle_is_closed()
    {
        using (var file = Files.Create($"{Root}/a"))
        {
            file.Write(0, [1, 2, 3]);
            file.Sync();
        }

        Files.SyncDirectory(Root);
        using var again = Files.Open($"{Root}/a");
        var read = new byte[3];
        Assert.Equal(3, again.Read(0, read));
        Assert.Equal([1, 2, 3], read);
    }

    [Fact]
    public void Names_are_listed_in_ordinal_order_without_their_directory()
    {
        Files.CreateDirectory($"{Root}/deep/er");
        foreach (var name in new[] { "b", "a", "B", "c1", "c" })
            Files.Create($"{Root}/{name}").Dispose();
        Files.Create($"{Root}/deep/x").Dispose();
        Assert.Equal(["B", "a", "b", "c", "c1", "deep"], Files.List(Root));
        Assert.Equal(["er", "x"], Files.List($"{Root}/deep"));
        Assert.Empty(Files.List($"{Root}/nowhere"));
        Assert.True(Files.Exists($"{Root}/deep"));
        Assert.True(Files.Exists($"{Root}/a"));
        Assert.False(Files.Exists($"{Root}/d"));
    }

    [Fact]
    public void A_size_is_known_of_files_only()
    {
        using (var file = Files.Create($"{Root}/a"))
            file.Write(0, new byte[5000]);
        Files.CreateDirectory($"{Root}/d");
        Assert.Equal(5000, Files.FindLength($"{Root}/a"));
        Assert.InRange(Files.AllocatedBytes($"{Root}/a"), 5000, 100_000);
        Assert.Null(Files.FindLength($"{Root}/d"));
        Assert.Null(Files.FindLength($"{Root}/nowhere"));
    }

    [Fact]
    public void Creating_what_exists_and_opening_what_does_not_are_refused()
    {
        Files.Create($"{Root}/a").Dispose();
        Assert.Equal(EngineFault.Exists, Assert.Throws<EngineException>(() => Files.Create($"{Root}/a")).Fault);
        Assert.Equal(EngineFault.Missing, Assert.Throws<EngineException>(() => Files.Open($"{Root}/b")).Fault);
        Assert.Equal(EngineFault.Missing, Assert.Throws<EngineException>(() => Files.Create($"{Root}/nowhere/b")).Fault);
        Assert.Equal(EngineFault.Missing, Assert.Throws<EngineException>(() => Files.Rename($"{Root}/b", $"{Root}/c")).Fault);
    }

    [Fact]
    public void A_directory_may_be_created_twice()
    {
        Files.CreateDirectory($"{Root}/d");
        Files.CreateDirectory($"{Root}/d");
        Assert.Equal(["d"], Files.List(Root));
    }

    [Fact]
    public void Deleting_what_does_not_exist_does_nothing()
    {
        Files.Delete($"{Root}/a");
        Files.Create($"{Root}/a").Dispose();
        Files.Delete($"{Root}/a");
        Assert.False(Files.Exists($"{Root}/a"));
    }

    [Fact]
    public void A_rename_replaces_what_has_the_name()
    {
        using (var file = Files.Create($"{Root}/old"))
            file.Write(0, [1]);
        using (var file = Files.Create($"{Root}/new"))
            file.Write(0, [2]);
        Files.Rename($"{Root}/new", $"{Root}/old");
        Files.SyncDirectory(Root);

        Assert.Equal(["old"], Files.List(Root));
        using var renamed = Files.Open($"{Root}/old");
        var read = new byte[1];
        renamed.Read(0, read);
        Assert.Equal(2, read[0]);
    }

    [Fact]
    public void A_lock_is_held_once_until_it_is_let_go()
    {
        var held = Files.Lock($"{Root}/lock");
        Assert.Equal(EngineFault.Locked, Assert.Throws<EngineException>(() => Files.Lock($"{Root}/lock")).Fault);
        held.Dispose();
        Files.Lock($"{Root}/lock").Dispose();
    }

    [Fact]
    public void There_is_free_space() => Assert.True(Files.FreeBytes(Root) > 0);

    [Fact]
    public void One_file_may_be_written_and_read_by_many_threads()
    {
        using var file = Files.Create($"{Root}/a");
        Parallel.For(0, 64, i =>
        {
            var block = new byte[4096];
            block.AsSpan().Fill((byte)(i + 1));
            file.Write(i * 4096L, block);
            Array.Clear(block);
            Assert.Equal(4096, file.Read(i * 4096L, block));
            Assert.False(block.AsSpan().ContainsAnyExcept((byte)(i + 1)));
        });
        Assert.Equal(64 * 4096, file.LengthBytes);
    }
}
