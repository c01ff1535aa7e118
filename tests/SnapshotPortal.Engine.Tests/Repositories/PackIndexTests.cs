using System.Security.Cryptography;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

[Collection(Name)]
public sealed class PackIndexTests
{
    private const string Name = "Memory of the index";

    private static readonly Guid Id = new("01234567-89ab-cdef-0123-456789abcdef");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_record_is_found_however_often_the_table_grew(bool inFiles)
    {
        using var index = new PackIndex(new IndexFiles(inFiles ? new SimulatedFileSystem(1) : null, "/index", Id));
        index.Open();
        var packs = Enumerable.Range(0, 40).Select(n => Made(n, 700)).ToArray();
        foreach (var pack in packs) index.Add(pack);
        foreach (var pack in packs.Where((_, n) => n % 3 == 0)) index.Remove(index.TryGet(pack.Digest, out var stored) ? stored : throw new InvalidOperationException());
        foreach (var pack in Enumerable.Range(40, 40).Select(n => Made(n, 700))) index.Add(pack);

        for (var n = 0; n < 80; n++)
        {
            var pack = Made(n, 700);
            for (var entry = 0; entry < pack.Entries.Length; entry++)
            {
                Assert.Equal(n >= 40 || n % 3 != 0, index.TryFind(pack.Entries[entry].Id, out var location));
                if (location.Pack is null) continue;
                Assert.Equal((pack.ObjectName, entry, pack.Entries[entry]), (location.Pack.ObjectName, location.Entry, location.Record));
            }
        }
        Assert.False(index.TryFind(ChunkId.Of("nothing"u8), out _));
    }

    [Fact]
    public void A_record_in_two_packs_is_found_in_the_one_that_is_left_and_is_not_suspect()
    {
        using var index = new PackIndex(new IndexFiles(null, "", Id));
        index.Open();
        Pack first = Made(1, 3), second = Made(1, 3, salt: 1);
        StoredPack one = index.Add(first), other = index.Add(second);
        var id = first.Entries[1].Id;

        one.IsSuspect = true;
        Assert.True(index.TryFind(id, out var found) && found.Pack == other);
        other.IsSuspect = true;
        Assert.True(index.TryFind(id, out _) && !index.TryFindSound(id, out _));
        (one.IsSuspect, other.IsSuspect) = (false, false);
        index.Remove(one);
        Assert.True(index.TryFind(id, out found) && found.Pack == other);
    }

    [Fact]
    public async Task A_start_reads_no_pack_again()
    {
        var scene = Scene(new SimulatedFileSystem(1));
        var disk = scene.Disk(60, 60);
        using (var first = await scene.OpenAsync()) await first.UploadAsync(Full("s-1", disk), null, None);
        var gets = scene.Faulty.Count(StoreCall.Get);

        using var second = await scene.OpenAsync();
        await second.UploadAsync(Full("s-2", disk), null, None);
        var lists = scene.Faulty.Count(StoreCall.List);
        Assert.InRange(scene.Faulty.Count(StoreCall.Get) - gets, 0, 3);   // config and roots, no pack
        Assert.Equal(HashOf(disk), await RestoredHashAsync(second, "s-1"));
        Assert.Equal(lists, scene.Faulty.Count(StoreCall.List));
    }

    [Fact]
    public async Task What_another_process_did_meanwhile_is_noticed()
    {
        var files = new SimulatedFileSystem(1);
        var scene = Scene(files);
        MemoryBlockDevice one = scene.Disk(40, 40), two = scene.Disk(40, 40);
        using (var first = await scene.OpenAsync()) await first.UploadAsync(Full("s-1", one), null, None);
        var elsewhere = await Repository.OpenAsync(scene.Memory, scene.Options with { IndexFiles = null }, None);
        await elsewhere.DeleteAsync("s-1", None);
        await SweepAsync(elsewhere);
        await elsewhere.UploadAsync(Full("s-2", two), null, None);

        using var again = await scene.OpenAsync();
        Assert.Equal(HashOf(two), await RestoredHashAsync(again, "s-2"));
        await again.UploadAsync(Full("s-3", one), null, None);
        Assert.Equal(HashOf(one), await RestoredHashAsync(again, "s-3"));
    }

    [Fact]
    public async Task The_power_may_fail_at_any_operation_on_the_index()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var files = new SimulatedFileSystem(seed);
            var scene = Scene(files, seed);
            var disks = Enumerable.Range(0, 4).Select(_ => scene.Disk(10, 10)).ToArray();
            files.FailAfter(new Random(seed).Next(1, 60), SimulatedFault.Crash);
            var stored = 0;
            try
            {
                using var repository = await scene.OpenAsync();
                foreach (var disk in disks)
                {
                    await repository.UploadAsync(Full($"s-{stored}", disk), null, None);
                    stored++;
                    if (stored == 2) await repository.DeleteAsync("s-0", None);
                    if (stored == 3) await SweepAsync(repository);
                }
            }
            catch (SimulatedCrashException) { }

            var after = Scene(files.Crash(), scene);
            using var reopened = await after.OpenAsync();
            foreach (var info in await ListAsync(reopened)) Assert.Equal(HashOf(disks[info.SnapshotId[2] - '0']), await RestoredHashAsync(reopened, info.SnapshotId));
            await reopened.UploadAsync(Full("s-9", disks[0]), null, None);
            Assert.Equal(HashOf(disks[0]), await RestoredHashAsync(reopened, "s-9"));
            await SweepAsync(reopened);
            Assert.Equal(HashOf(disks[0]), await RestoredHashAsync(reopened, "s-9"));
        }
    }

    [Fact]
    public void Memory_does_not_grow_with_the_records()
    {
        var directory = Directory.CreateTempSubdirectory("index-");
        try
        {
            using var index = new PackIndex(new IndexFiles(OsFileSystem.Instance, directory.FullName, Id));
            index.Open();
            index.Add(Made(0, 16_000));
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var n = 1; n < 20; n++) index.Add(Made(n, 16_000));

            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);   // for 300,000 records
            Assert.Equal(20 * 16_000, index.Records);
            Assert.True(index.TryFind(Made(15, 16_000).Entries[5].Id, out _));
        }
        finally { directory.Delete(recursive: true); }
    }

    private static RepositoryScene Scene(SimulatedFileSystem files, int seed = 1)
    {
        var scene = new RepositoryScene(seed);
        return new RepositoryScene(seed) { Options = scene.Options with { IndexFiles = files, IndexDirectory = "/data/index" } };
    }

    private static RepositoryScene Scene(SimulatedFileSystem files, RepositoryScene before) =>
        new(before.Memory) { Options = before.Options with { IndexFiles = files } };

    /// <summary>Memory can only be measured while nobody else takes any.</summary>
    [CollectionDefinition(Name, DisableParallelization = true)]
    public sealed class Alone;

    /// <summary>A pack of no content.</summary>
    private static Pack Made(int number, int records, int salt = 0)
    {
        var entries = new PackEntry[records];
        for (var i = 0; i < records; i++) entries[i] = new PackEntry(ChunkId.Of(BitConverter.GetBytes((long)number << 32 | (uint)i)), 16 + i * 100, 100, Limits.ChunkBytes, (ChunkCodec)(i % 3));
        var digest = SHA256.HashData(BitConverter.GetBytes(number * 2 + salt));
        return new Pack(Pack.NameOf(PackKind.Chunks, digest), PackKind.Chunks, $"s-{number % 5}", Guid.Empty, 1000 + number, entries);
    }
}
