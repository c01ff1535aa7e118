using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Engine.Tests.Objects;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>A repository on stores as they are: unavailable, slow, forgetful, wrong.</summary>
[Collection(S3Server.Name)]
public sealed class FaultyStoreTests(S3Server server)
{
    private readonly RepositoryScene scene = new(51);

    [Fact]
    public async Task Every_fifth_call_that_fails_or_loses_its_answer_is_mended_by_trying_again()
    {
        var random = new Random(1);
        scene.Faulty.Before = (_, _, name) => { if (Chance(random, 5)) throw new EngineException(EngineFault.StoreUnavailable, $"503 for {name}"); };
        scene.Faulty.AfterPut = (_, name) => { if (Chance(random, 5)) throw new EngineException(EngineFault.StoreUnavailable, $"Timed out for {name}"); };
        var retrying = new RetryingObjectStore(scene.Faulty, new RetryOptions { AttemptsMax = 30 }, new SteppedTime(), new Random(2));
        var repository = await Repository.OpenAsync(retrying, scene.Options, None);
        var disk = scene.Disk(60, 80);

        await repository.UploadAsync(Full("s-1", disk) with { Key = EncryptionTests.Key }, null, None);
        var epoch = disk.EndEpoch();
        scene.Change(disk);
        await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = EncryptionTests.Key }, null, None);
        await repository.DeleteAsync("s-1", None);
        await SweepAsync(repository);

        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-2"));
        Assert.True((await repository.VerifyAsync(new VerifyRequest(), null, None)).IsSound);
    }

    [Fact]
    public async Task Bodies_that_are_wrong_or_short_now_and_then_never_become_content()
    {
        var disk = scene.Disk(60, 80);
        var random = new Random(3);
        var succeeded = 0;
        for (var i = 0; i < 30; i++)
        {
            using var repository = await scene.OpenAsync();
            scene.Faulty.Body = (_, bytes) =>
            {
                if (bytes.Length == 0 || !Chance(random, 40)) return bytes;
                if (Chance(random, 2)) return bytes[..^1];
                bytes[bytes.Length / 2] ^= 1;
                return bytes;
            };
            var target = new MemoryBlockDevice(disk.LengthBytes);
            var thrown = await Record.ExceptionAsync(async () =>
            {
                await repository.UploadAsync(Full("s-1", disk), null, None);
                await repository.RestoreAsync("s-1", target, null, None);
            });
            scene.Faulty.Body = null;
            if (thrown is not null) Assert.Equal(EngineFault.Corrupt, Assert.IsType<EngineException>(thrown).Fault);
            else
            {
                Assert.Equal(HashOf(disk), HashOf(target));
                succeeded++;
            }
        }
        Assert.InRange(succeeded, 1, 29);
    }

    [Theory]
    [InlineData("snapshots/")]
    [InlineData("pa")]
    [InlineData("keys/")]
    public async Task A_listing_that_lags_behind_loses_nothing(string prefix)
    {
        var disk = scene.Disk(40, 40);
        var repository = await scene.OpenAsync();
        scene.Faulty.Hidden = name => name.StartsWith(prefix, StringComparison.Ordinal);
        await repository.UploadAsync(Full("s-1", disk) with { Key = EncryptionTests.Key }, null, None);
        var epoch = disk.EndEpoch();
        scene.Change(disk);
        await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = EncryptionTests.Key }, null, None);
        await repository.DeleteAsync("s-1", None);

        await SweepAsync(repository);
        await SweepAsync(repository);
        scene.Faulty.Hidden = null;

        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-2"));
    }

    [Fact]
    public async Task A_snapshot_of_another_life_that_a_listing_lacks_is_found_by_what_was_written_for_it()
    {
        var disk = scene.Disk(40, 40);
        using (var first = await scene.OpenAsync()) await first.UploadAsync(Full("s-1", disk), null, None);
        var repository = await scene.OpenAsync();
        scene.Faulty.Hidden = name => name == "snapshots/s-1";

        Assert.Empty((await SweepAsync(repository)).Objects);

        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-1"));
    }

    [Fact]
    public async Task A_whole_life_in_a_bucket()
    {
        using var store = server.Store();
        var options = scene.Options with { PackBytes = 1 << 20 };
        var disk = scene.Disk(100, 100);
        using var repository = await Repository.OpenAsync(store, options, None);
        await repository.UploadAsync(Full("s-1", disk) with { Key = EncryptionTests.Key }, null, None);
        var epoch = disk.EndEpoch();
        for (var i = 0; i < 10; i++) scene.Change(disk);
        await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = EncryptionTests.Key }, null, None);
        await repository.DeleteAsync("s-1", None);
        await SweepAsync(repository);

        using var again = await Repository.OpenAsync(store, options, None);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(again, "s-2"));
        Assert.True((await again.VerifyAsync(new VerifyRequest(), null, None)).IsSound);
        await again.DeleteAsync("s-2", None);
        await SweepAsync(again);
        await foreach (var found in store.ListAsync("", None)) Assert.Equal("config", found.Name);
    }

    [Fact]
    public async Task A_thousand_snapshots_of_a_large_repository_are_listed_without_its_packs()
    {
        var repository = await scene.OpenAsync();
        var coding = RecordCoding.Clear;
        for (var i = 0; i < 1000; i++)
        {
            var info = new StoredSnapshotInfo { SnapshotId = $"s-{i:0000}", DiskId = "d-1", LengthBytes = 10L << 40, PredecessorId = null, ReadBytes = 1, StoredBytes = 1, FullBytes = 10L << 40, CreatedAt = DateTimeOffset.UnixEpoch, Labels = new Dictionary<string, string>() };
            await scene.Memory.PutAsync($"snapshots/{info.SnapshotId}", new SnapshotRoot(info, ChunkId.Of([1])).Encode(repository.Id, coding), None);
        }
        var gets = scene.Faulty.Count(StoreCall.Get);

        using var again = await scene.OpenAsync();
        Assert.Equal(1000, (await ListAsync(again)).Count);

        Assert.InRange(scene.Faulty.Count(StoreCall.Get) - gets, 1000, 1001);
        Assert.Equal(0, scene.Faulty.Count(StoreCall.List) - 2);   // the new repository's look for roots, and this one
    }

    private static bool Chance(Random random, int oneIn)
    {
        lock (random) return random.Next(oneIn) == 0;
    }
}
