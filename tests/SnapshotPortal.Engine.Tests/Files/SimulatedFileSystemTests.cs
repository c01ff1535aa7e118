using SnapshotPortal.Engine.Files;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Files;

public sealed class SimulatedFileSystemTests
{
    private const int Page = 4096;

    [Fact]
    public void Synced_content_under_a_synced_name_survives_every_crash() => EverySeed(files =>
    {
        var file = Create(files, "/a", 1, 5);
        file.Sync();
        files.SyncDirectory("/");
        file.Write(5 * Page, Filled(2, 3));

        var after = files.Crash();
        using var again = after.Open("/a");
        for (var page = 0; page < 5; page++)
            Assert.Equal(Filled(1), Read(again, page));
    });

    [Fact]
    public void Unsynced_pages_are_kept_lost_or_torn_each_by_itself()
    {
        var (kept, lost, torn, mixed) = (0, 0, 0, 0);
        EverySeed(files =>
        {
            var file = Create(files, "/a", 1, 8);
            file.Sync();
            files.SyncDirectory("/");
            file.Write(0, Filled(2, 8));

            using var again = files.Crash().Open("/a");
            var pages = Enumerable.Range(0, 8).Select(page => Read(again, page)).ToList();
            var whole = pages.Count(page => page.SequenceEqual(Filled(2)));
            var old = pages.Count(page => page.SequenceEqual(Filled(1)));
            (kept, lost, torn) = (kept + whole, lost + old, torn + 8 - whole - old);
            mixed += whole > 0 && old > 0 ? 1 : 0;
            foreach (var page in pages)
            {
                for (var sector = 0; sector < Page; sector += 512)
                    Assert.True(page.AsSpan(sector, 512).IndexOfAnyExcept(page[sector]) < 0 && page[sector] is 1 or 2);
            }
        });
        Assert.All([kept, lost, torn, mixed], count => Assert.True(count > 50));
    }

    [Fact]
    public void An_intermediate_version_of_a_page_may_be_what_survives()
    {
        var seen = new HashSet<byte>();
        EverySeed(files =>
        {
            var file = Create(files, "/a", 1, 1);
            file.Sync();
            files.SyncDirectory("/");
            file.Write(0, Filled(2));
            file.Write(0, Filled(3));
            using var again = files.Crash().Open("/a");
            seen.Add(Read(again, 0)[0]);
        });
        Assert.Equal<byte>([1, 2, 3], seen.Order());
    }

    [Fact]
    public void An_unsynced_size_may_be_lost_with_the_bytes_behind_it()
    {
        var sizes = new HashSet<long>();
        EverySeed(files =>
        {
            var file = Create(files, "/a", 1, 2);
            file.Sync();
            files.SyncDirectory("/");
            file.Write(2 * Page, Filled(2, 4));
            using var again = files.Crash().Open("/a");
            sizes.Add(again.LengthBytes);
            Assert.Equal(0, again.Read(again.LengthBytes, new byte[1]));
        });
        Assert.Equal([2 * Page, 3 * Page, 4 * Page, 5 * Page, 6 * Page], sizes.Order());
    }

    [Fact]
    public void A_cut_that_was_not_synced_may_bring_the_old_content_back()
    {
        var outcomes = new HashSet<(long, byte)>();
        EverySeed(files =>
        {
            var file = Create(files, "/a", 1, 2);
            file.Sync();
            files.SyncDirectory("/");
            file.SetLength(Page);
            using var again = files.Crash().Open("/a");
            outcomes.Add((again.LengthBytes, again.LengthBytes > Page ? Read(again, 1)[0] : (byte)255));
            Assert.Equal(Filled(1), Read(again, 0));
        });
        Assert.Contains((Page, (byte)255), outcomes);
        Assert.Contains((2 * Page, (byte)1), outcomes);
    }

    [Fact]
    public void A_name_may_be_lost_until_its_directory_is_synced()
    {
        var there = 0;
        EverySeed(files =>
        {
            Create(files, "/a", 1, 1).Sync();
            there += files.Crash().Exists("/a") ? 1 : 0;
        });
        Assert.InRange(there, 50, 450);
    }

    [Fact]
    public void A_rename_happens_wholly_or_not_at_all()
    {
        var renamed = 0;
        EverySeed(files =>
        {
            Create(files, "/old", 1, 1).Sync();
            Create(files, "/new", 2, 1).Sync();
            files.SyncDirectory("/");
            files.Rename("/new", "/old");

            var after = files.Crash();
            using var old = after.Open("/old");
            var done = !after.Exists("/new");
            Assert.Equal(done ? 2 : 1, Read(old, 0)[0]);
            renamed += done ? 1 : 0;
        });
        Assert.InRange(renamed, 50, 450);
    }

    [Fact]
    public void Changes_of_different_names_survive_in_any_order()
    {
        var outcomes = new HashSet<(bool, bool)>();
        EverySeed(files =>
        {
            Create(files, "/a", 1, 1).Sync();
            files.SyncDirectory("/");
            files.Delete("/a");
            Create(files, "/b", 2, 1).Sync();
            var after = files.Crash();
            outcomes.Add((after.Exists("/a"), after.Exists("/b")));
        });
        Assert.Equal(4, outcomes.Count);
    }

    [Fact]
    public void Changes_of_one_name_survive_in_their_order()
    {
        EverySeed(files =>
        {
            Create(files, "/a", 1, 1).Sync();
            files.SyncDirectory("/");
            files.Delete("/a");
            Create(files, "/a", 2, 1).Sync();
            files.Delete("/a");
            Create(files, "/a", 3, 1).Sync();
            files.SyncDirectory("/");
            using var again = files.Crash().Open("/a");
            Assert.Equal(Filled(3), Read(again, 0));
        });
    }

    [Fact]
    public void A_file_in_a_directory_whose_own_name_is_lost_is_lost()
    {
        var lost = 0;
        EverySeed(files =>
        {
            files.CreateDirectory("/d");
            Create(files, "/d/a", 1, 1).Sync();
            files.SyncDirectory("/d");
            var after = files.Crash();
            Assert.Equal(after.Exists("/d"), after.Exists("/d/a"));
            lost += after.Exists("/d") ? 0 : 1;
        });
        Assert.InRange(lost, 50, 450);
    }

    [Fact]
    public void An_armed_crash_strikes_at_its_operation_and_ends_everything()
    {
        var files = new SimulatedFileSystem(1);
        var file = Create(files, "/a", 1, 1);
        files.FailAfter(2, SimulatedFault.Crash);
        file.Write(Page, Filled(2));
        Assert.Throws<SimulatedCrashException>(file.Sync);
        Assert.True(files.HasCrashed);
        Assert.Throws<SimulatedCrashException>(() => file.Read(0, new byte[1]));
        Assert.Throws<SimulatedCrashException>(() => files.Exists("/a"));
        file.Dispose();
    }

    [Fact]
    public void A_sync_cut_by_a_crash_may_have_stored_nothing()
    {
        var lost = 0;
        EverySeed(files =>
        {
            var file = Create(files, "/a", 1, 1);
            file.Sync();
            files.SyncDirectory("/");
            file.Write(0, Filled(2));
            files.FailAfter(1, SimulatedFault.Crash);
            Assert.Throws<SimulatedCrashException>(file.Sync);
            using var again = files.Crash().Open("/a");
            lost += Read(again, 0).SequenceEqual(Filled(1)) ? 1 : 0;
        });
        Assert.InRange(lost, 50, 450);
    }

    [Fact]
    public void The_same_seed_and_calls_crash_to_the_same_content()
    {
        static byte[] Run()
        {
            var files = new SimulatedFileSystem(42);
            var file = Create(files, "/a", 1, 16);
            file.Sync();
            files.SyncDirectory("/");
            file.Write(100, Filled(2, 15));
            using var again = files.Crash().Open("/a");
            var all = new byte[again.LengthBytes];
            again.Read(0, all);
            return all;
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void A_killed_process_leaves_what_was_written_and_its_locks_behind_it()
    {
        var files = new SimulatedFileSystem(1);
        Create(files, "/a", 1, 1);
        files.Lock("/lock");
        var after = files.Kill();
        Assert.Throws<SimulatedCrashException>(() => files.Exists("/a"));
        using (var again = after.Open("/a"))
            Assert.Equal(Filled(1), Read(again, 0));
        after.Lock("/lock").Dispose();
    }

    [Fact]
    public void A_full_file_system_takes_the_first_part_of_a_write()
    {
        var files = new SimulatedFileSystem(1) { CapacityBytes = 3 * Page };
        var file = Create(files, "/a", 1, 2);
        Assert.Equal(Page, files.FreeBytes("/"));
        Assert.Equal(EngineFault.Full, Assert.Throws<EngineException>(() => file.Write(2 * Page, Filled(2, 4))).Fault);
        Assert.Equal(3 * Page, file.LengthBytes);
        Assert.Equal(Filled(2), Read(file, 2));
        Assert.Equal(EngineFault.Full, Assert.Throws<EngineException>(() => file.Allocate(10 * Page)).Fault);
        file.PunchHole(0, Page);
        Assert.Equal(Page, files.FreeBytes("/"));
        file.Write(3 * Page, Filled(3));
    }

    [Fact]
    public void A_deleted_file_takes_space_until_it_is_closed()
    {
        var files = new SimulatedFileSystem(1) { CapacityBytes = 4 * Page };
        var file = Create(files, "/a", 1, 3);
        files.Delete("/a");
        Assert.Equal(Page, files.FreeBytes("/"));
        Assert.Equal(Filled(1), Read(file, 2));
        file.Dispose();
        Assert.Equal(4 * Page, files.FreeBytes("/"));
    }

    [Theory]
    [InlineData(SimulatedFault.Io, EngineFault.Io)]
    [InlineData(SimulatedFault.Full, EngineFault.Full)]
    public void An_armed_fault_strikes_once_and_a_write_is_there_in_part(SimulatedFault fault, EngineFault expected)
    {
        var files = new SimulatedFileSystem(1);
        var file = Create(files, "/a", 1, 4);
        files.FailAfter(1, fault);
        Assert.Equal(expected, Assert.Throws<EngineException>(() => file.Write(4 * Page, Filled(2, 4))).Fault);
        Assert.InRange(file.LengthBytes, 4 * Page, 8 * Page - 1);
        Assert.True(files.HasFailed);
        file.Write(4 * Page, Filled(2, 4));
        Assert.Equal(8 * Page, file.LengthBytes);
    }

    [Fact]
    public void After_a_failed_sync_the_next_one_may_succeed_without_having_stored()
    {
        var lost = 0;
        EverySeed(files =>
        {
            var file = Create(files, "/a", 1, 1);
            file.Sync();
            files.SyncDirectory("/");
            file.Write(0, Filled(2));
            files.FailAfter(1, SimulatedFault.Io);
            Assert.Throws<EngineException>(file.Sync);
            file.Sync();
            using var again = files.Crash().Open("/a");
            lost += Read(again, 0).SequenceEqual(Filled(1)) ? 1 : 0;
        });
        Assert.InRange(lost, 50, 450);
    }

    [Fact]
    public void A_lying_sync_stores_nothing()
    {
        var lost = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var files = new SimulatedFileSystem(seed) { Lies = SimulatedLies.Sync };
            Create(files, "/a", 1, 1).Sync();
            files.SyncDirectory("/");
            using var again = files.Crash().Open("/a");
            lost += again.LengthBytes == Page && Read(again, 0).SequenceEqual(Filled(1)) ? 0 : 1;
        }

        Assert.True(lost > 10);
    }

    private static void EverySeed(Action<SimulatedFileSystem> test)
    {
        for (var seed = 0; seed < 500; seed++)
            test(new SimulatedFileSystem(seed));
    }

    private static IFile Create(SimulatedFileSystem files, string path, byte value, int pages)
    {
        var file = files.Create(path);
        file.Write(0, Filled(value, pages));
        return file;
    }

    private static byte[] Filled(byte value, int pages = 1)
    {
        var content = new byte[pages * Page];
        content.AsSpan().Fill(value);
        return content;
    }

    private static byte[] Read(IFile file, int page)
    {
        var content = new byte[Page];
        Assert.Equal(Page, file.Read(page * (long)Page, content));
        return content;
    }
}

/// <summary>The simulated file system keeps the contract of every file system.</summary>
public sealed class SimulatedFileSystemContract : FileSystemContract
{
    public SimulatedFileSystemContract() => Files.CreateDirectory(Root);

    protected override IFileSystem Files { get; } = new SimulatedFileSystem(1);

    protected override string Root => "/root";
}
